export const IMAGES_USAGE = `usage: unitlet images [list]
       unitlet images prune
       unitlet images pull [--quiet|--json] REF…
       unitlet images import [--quiet|--json] [--name REF] FILE…
       unitlet images import [--quiet|--json] --changed
       unitlet images export [--quiet|--json] REF… FILE
       unitlet images pin REF…
       unitlet images unpin REF…

Lists the images and packages that were fetched for pods, with the number of containers and volumes that use each.

  prune   remove those that have no user and are not pinned
  pull    pull images with the host's own credentials, whether a pod needs them or not
  import  make images of archives: OCI and docker archives, also compressed by gzip, zstd or xz, and directories with an OCI layout
  export  write an OCI archive of images
  pin     keep images that have no user, also those that have this name later
  unpin   let them go again

  --changed    import the archives in /etc/unitlet/images that are new or have changed
  --name REF   the name of the image, for an archive that names none
  -q, --quiet  print errors alone
  --json       print progress and result as JSON, one object a line

Archives in /etc/unitlet/images are imported at boot and when they change, and their images stay while the archive is there.

examples:
  unitlet images pull docker.io/library/nginx:1.25
  unitlet images export docker.io/library/nginx:1.25 nginx.tar
  unitlet images import nginx.tar
  docker save nginx:1.25 | zstd > nginx.tar.zst && unitlet images import nginx.tar.zst
  unitlet images pin docker.io/library/nginx:1.25
`;

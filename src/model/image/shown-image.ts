/** `image` as anybody may read it: of a URL neither the user and password nor the query, in which there may be a token. */
export function redactCredentials(image: string): string {
  if (!/^https?:\/\//.test(image)) return image;
  return image.replace(/^(https?:\/\/)[^/?#]*@/, "$1").replace(/\?[^#]*/, "");
}

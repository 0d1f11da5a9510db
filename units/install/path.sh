# Finds Go, Node and npm in the caller's PATH, and then in the folders of their installers, which sudo and cron leave out.
# shellcheck shell=sh

for folder in /usr/local/bin /usr/local/go/bin "${HOME:-/root}/go/bin" /snap/bin; do
	case :${PATH:-}: in
	*":$folder:"*) ;;
	*) PATH=${PATH:-/usr/sbin:/usr/bin:/sbin:/bin}:$folder ;;
	esac
done
export PATH

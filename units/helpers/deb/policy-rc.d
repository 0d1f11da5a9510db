#!/bin/sh
# Lies over /usr/sbin/policy-rc.d while deb-pull installs a package, for it alone: no service is started, stopped or restarted.
exit 101

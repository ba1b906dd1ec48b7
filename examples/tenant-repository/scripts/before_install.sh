#!/bin/sh
# BeforeInstall: what the release needs of the image. Better a clear word here than a service that doesn't start.
set -eu

for program in python3 aws curl cloud-init systemctl; do
  if ! command -v "$program" >/dev/null; then
    echo "The image lacks $program." >&2
    exit 1
  fi
done

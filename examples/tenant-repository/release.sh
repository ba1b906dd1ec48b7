#!/bin/sh
# Releases what is committed: release.sh s3://BUCKET/software/TENANT.zip, which is the output `source_uri`.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 s3://BUCKET/software/TENANT.zip" >&2
  exit 2
fi
cd "$(dirname "$0")"
release=$(mktemp -d)
trap 'rm -r "$release"' EXIT
git archive --format zip --output "$release/release.zip" HEAD .
aws s3 cp "$release/release.zip" "$1"

#!/bin/sh
# Has an image baked of what is committed: bake.sh s3://BUCKET/infrastructure/TENANT.zip, which is the output `source_uri`
# of the infrastructure pipeline. The image's tags lead back to the commit.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 s3://BUCKET/infrastructure/TENANT.zip" >&2
  exit 2
fi
cd "$(dirname "$0")"
source=$(mktemp -d)
trap 'rm -r "$source"' EXIT
git archive --format zip --output "$source/source.zip" HEAD .
aws s3 cp "$source/source.zip" "$1" --metadata "commit=$(git rev-parse HEAD)"

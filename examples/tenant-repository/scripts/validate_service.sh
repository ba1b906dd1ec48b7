#!/bin/sh
# ValidateService: the release answers, and it is this one. After this CodeDeploy puts the instance back behind the load
# balancer.
set -eu

url=http://localhost:8080/health
answer=$(curl --fail --silent --show-error --max-time 5 --retry 20 --retry-delay 1 --retry-connrefused "$url")
if [ "$answer" != "ok $DEPLOYMENT_ID" ]; then
  echo "$url answers \"$answer\", not \"ok $DEPLOYMENT_ID\"." >&2
  exit 1
fi

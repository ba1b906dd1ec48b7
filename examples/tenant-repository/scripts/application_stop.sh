#!/bin/sh
# ApplicationStop: CodeDeploy has taken the instance out of the load balancer; requests under way have ended.
set -eu

# On a new instance there is nothing to stop.
if systemctl is-active --quiet application.service; then
  systemctl stop application.service
fi

#!/bin/bash
# Runs first when an image is baked, as root, on Amazon Linux 2023: brings the system up to date and installs packages.
# It ends the bake where it fails. CodeDeploy's agent is there already, with nothing to be done here.
set -eu

# Every bake begins with the newest image of Amazon's; what came out since then is installed here.
dnf --assumeyes upgrade --releasever=latest
dnf --assumeyes install nginx

#!/bin/bash
# Runs second when an image is baked, as root, in the folder of this repository: sets up what every instance has in common.
# What changes with each release comes by the software pipeline: see appspec.yml.
#
# A new instance serves before there is a first release: nginx answers the health check, and gives way to the application
# (image/until_released.conf).
set -eu

install -D --mode=644 image/nginx.conf /etc/nginx/conf.d/until_released.conf
install -D --mode=644 image/until_released.conf /etc/systemd/system/nginx.service.d/until_released.conf

# Better a bake that fails than instances that don't start.
nginx -t
systemctl daemon-reload
systemctl enable nginx.service

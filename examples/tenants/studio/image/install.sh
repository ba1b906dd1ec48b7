#!/bin/bash
# Runs second, as root, in this folder: the site, and the service that serves it.
set -eu

install -D --mode=644 index.html /usr/share/nginx/html/index.html
nginx -t
systemctl enable nginx.service

#!/bin/sh
# Secrets are given to a container as files named like settings: each becomes the variable of its
# name, for the program alone that is started here.
set -eu
for file in /run/secrets/*; do
    if [ -r "$file" ]; then
        export "$(basename "$file")=$(cat "$file")"
    fi
done
exec "$@"

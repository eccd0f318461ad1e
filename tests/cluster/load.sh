#!/usr/bin/env bash
# load.sh NAME…: give the node of ../shared/cluster images from buildah's storage, uncompressed: they travel a few metres.
# Names of one image after each other travel once.
set -euo pipefail
archive=$(mktemp -u "${TMPDIR:-/tmp}/image.XXXXXX")
trap 'rm -f "$archive"' EXIT
node() { $MERCARICH_NODE ctr --namespace k8s.io images "$@" >/dev/null; }
loaded='' id=''
for name in "$@"; do
    same=$id
    id=$(buildah inspect --type image --format '{{.FromImageID}}' "$name")
    if [ "$id" = "$same" ]; then
        node tag --force "$loaded" "$name"
    else
        buildah push --quiet "$name" "docker-archive:$archive:$name"
        node import "$archive"
        rm -f "$archive"
        loaded=$name
    fi
done

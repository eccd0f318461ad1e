#!/usr/bin/env bash
# The cluster tier on the cluster of ../shared/cluster, where that folder is there; else one line says that it is skipped.
# A cluster that it started, it ends. Elsewhere: make test-cluster, with a kubeconfig of your own.
# ci.sh [FILE …]: only these tests. ci.sh --prepare: only build the cluster's tools and the images, without a cluster;
# minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
lab=${MERCARICH_CLUSTER_LAB:-../shared/cluster}
[ -x "$lab/up.sh" ] || { echo "cluster tier: skipped, $lab is not there"; exit 0; }
builder() { # set what builds images
    export STORAGE_DRIVER BUILDAH_ISOLATION=chroot
    # An image's layers lie on each other where folders can be mounted so here; else each is a copy of all below it.
    room=$(mktemp -d) && mkdir "$room"/{lower,upper,work,both}
    if mount -t overlay -o "lowerdir=$room/lower,upperdir=$room/upper,workdir=$room/work" overlay "$room/both" 2>/dev/null; then
        umount "$room/both" && STORAGE_DRIVER=overlay
    else
        STORAGE_DRIVER=vfs
    fi
    rm -rf "$room"
    export MERCARICH_BASE_IMAGE=localhost/python-base:3.11
    "$lab/base-image.sh" "$MERCARICH_BASE_IMAGE"
    ca=/etc/ssl/certs/ca-certificates.crt # the file alone: what an image installs may write beside it
    export MERCARICH_IMAGE_BUILD="buildah bud --layers --network host -v $ca:$ca:ro"
}
if [ "${1:-}" = --prepare ]; then
    "$lab/build.sh"
    builder
    MERCARICH_IMAGE_LOAD=true exec .venv/bin/python -m tests.cluster.images # `true NAME…` loads nothing
fi
began=$SECONDS
. "$lab/lib.sh"
alive || trap '"$lab/down.sh"' EXIT
"$lab/up.sh" >/dev/null
export PATH=$PATH:$BIN
# Without a request of its own the cluster's DNS has next to no processor under load: names are found after 10 s, or not.
kubectl -n kube-system set resources deployment/coredns --requests=cpu=50m >/dev/null
kubectl -n kube-system rollout status deployment/coredns --timeout=120s >/dev/null
builder
export MERCARICH_IMAGE_LOAD=tests/cluster/load.sh
MERCARICH_NODE="nsenter -t $(cat "$K8S_STATE/pid") -m -p -n -u --"
export MERCARICH_NODE
echo "cluster tier: the cluster is up after $((SECONDS - began)) s"
make test-cluster ${1:+CLUSTER_TESTS="$*"}
echo "cluster tier: $((SECONDS - began)) s in all"

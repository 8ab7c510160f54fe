#!/usr/bin/env bash
# An S3 server for tests: one Ceph monitor, one object store in memory, no manager, and a gateway on loopback.
#
#   radosgw.sh FOLDER MONITOR_PORT GATEWAY_PORT
#
# Prints "ready" when it answers. Ends, with all it started, when its standard input ends.
set -euo pipefail
dir=$1 monitor=$2 gateway=$3
fsid=$(cat /proc/sys/kernel/random/uuid)
osd=$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$dir"/{mon,osd,run,log}
: >"$dir/keyring"
finish() {
  local code=$?
  [ "$code" = 0 ] || tail -n 5 "$dir"/log/*
  kill -KILL $(jobs -p) 2>/dev/null || true
  wait
}
trap finish EXIT

cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = v1:127.0.0.1:$monitor
public addr = v1:127.0.0.1:0
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
keyring = $dir/keyring
ms bind msgr2 = false
run dir = $dir/run
admin socket =
log to file = false
log to stderr = true
err to stderr = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd class update on start = false
osd crush update on start = false
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2
[mon.a]
mon data = $dir/mon
public addr = v1:127.0.0.1:$monitor
[osd.0]
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$gateway
rgw data = $dir/run
rgw rados pool pg num min = 4
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw enable quota threads = false
CONF
export CEPH_CONF="$dir/ceph.conf"

monmaptool --create --fsid "$fsid" --addv a "[v1:127.0.0.1:$monitor]" "$dir/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$dir/monmap" >"$dir/log/mon" 2>&1
ceph-mon -i a -f >>"$dir/log/mon" 2>&1 &
ceph osd new "$osd" >/dev/null
# Told here: the object store tells it before it knows its cluster now and then, is refused ("wrong fsid") and ends.
ceph osd crush add osd.0 1.0 root=default host=test >/dev/null 2>&1
# The object store's id must be the one the monitor was told, or it never joins.
ceph-osd -i 0 --mkfs --osd-uuid "$osd" >"$dir/log/osd" 2>&1
ceph-osd -i 0 -f >>"$dir/log/osd" 2>&1 &
radosgw -n client.rgw -f >"$dir/log/gateway" 2>&1 &
for user in own other; do
  timeout 60 radosgw-admin -n client.rgw user create --uid "$user" --display-name "$user" \
    --access-key "$user-key" --secret-key "$user-secret" >"$dir/log/$user" 2>&1
done
until (exec 3<>"/dev/tcp/127.0.0.1/$gateway") 2>/dev/null; do
  jobs -r %3 >/dev/null || { cat "$dir/log/gateway"; exit 1; }
  sleep 0.1
done
echo ready
cat >/dev/null

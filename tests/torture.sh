#!/usr/bin/env bash
# Runs one job again and again by four worker processes over PostgreSQL, while workers, the server, the database and the blobs are killed at random, and compares
# what it wrote with what a quiet run by one process wrote, byte for byte.
#
#   [STORE=blobs] [FILES=120] [PAUSE=4] [SECONDS_LONG=...] tests/torture.sh ROUNDS
#
# PAUSE: most seconds from one kill to the next; a worker lives about three times as long, and needs some of it to start. SECONDS_LONG: begin no round after so many. The rest is in fleet.sh.
set -uo pipefail
cd "$(dirname "$0")/.."
rounds=${1:?how many rounds}
. tests/fleet.sh

bad=0 all=0
for round in $(seq "$rounds"); do
    [ "$SECONDS" -lt "${SECONDS_LONG:-1000000}" ] || break
    start_fleet
    began=$SECONDS kills=0 server_kills=0 database_kills=0 blob_restarts=0
    while ! ended && [ $((SECONDS - began)) -lt 3600 ]; do
        sleep "$((RANDOM % ${PAUSE:-4})).$((RANDOM % 10))"
        # Who found no database when it started has ended, and is started again, as a system would.
        for i in 0 1 2 3; do kill -0 "${workers[$i]}" || start_worker $i; done
        kill -0 "$server" || start_server
        case $((RANDOM % 12)) in
            0) pg_kill; sleep 0.5; pg_start; database_kills=$((database_kills + 1)) ;;
            1) kill -9 "$server"; start_server; server_kills=$((server_kills + 1)) ;;
            2) [ "$store" = blobs ] && { blobs_stop; sleep 0.5; blobs_start; blob_restarts=$((blob_restarts + 1)); } ;;
            *) i=$((RANDOM % 4)); kill -9 "${workers[$i]}"; start_worker $i; kills=$((kills + 1)) ;;
        esac
    done 2>/dev/null
    seconds=$((SECONDS - began)) s=$(state) all=$((all + 1))
    end_fleet 2>/dev/null
    if [ "$s" = done ] && [ "$(sums)" = "$quiet" ]; then verdict="same bytes"; else verdict="DIFFERENT"; bad=$((bad + 1)); fi
    echo "round $round: $s, $verdict; $seconds s, killed: $kills workers, $server_kills servers, $database_kills times the database, $blob_restarts times the blobs"
    [ "$s" = done ] || { tail -20 "$work/log"; cp "$work/log" "/tmp/torture-$$.log"; break; }
    # The next round has nothing of this one but the input.
    rm -rf "$work/out" "$work/runs" "$work/log"
    pg_new
    [ "$store" = disk ] || blobs_new
done
echo "$tasks; $all rounds, $bad with other bytes"
[ "$bad" -eq 0 ]

#!/usr/bin/env bash
# Runs one job again and again by four worker processes over PostgreSQL, while workers, the server and the database are killed at random, and compares
# what it wrote with what a quiet run by one process wrote, byte for byte.
#
#   tests/torture.sh ROUNDS [FILES]     a round goes over FILES (default 120) input files, each a task in every pass
#
# Needs PostgreSQL's server programs, curl and a user postgres where it runs as root.
set -uo pipefail
cd "$(dirname "$0")/.."
rounds=${1:?how many rounds}
files=${2:-120}
work=$(mktemp -d)
ziya=$work/bin/ziya
pgbin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -1)")
pgport=$((20000 + RANDOM % 10000))
web=$((pgport + 1))
workers=(0 0 0 0)
server=0

as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi >/dev/null 2>&1 </dev/null; }
pg_start() { as_postgres "$pgbin/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" -o "-p $pgport -k $work/pg -c fsync=off -h 127.0.0.1" start; }
pg_kill() { as_postgres "$pgbin/pg_ctl" -D "$work/pg/data" -m immediate stop; }
serve() { (cd "$work" && exec "$ziya" serve --jobs "$work/jobs" --runs "$work/runs" --storage "Host=127.0.0.1;Port=$pgport;Username=ziya;Database=postgres" "$@" >>"$work/log" 2>&1) & }
start_worker() { serve --roles cpu --workers 1; workers[$1]=$!; }
start_server() { serve --roles web --urls "http://127.0.0.1:$web"; server=$!; }
state() { curl -s -m 2 "http://127.0.0.1:$web/api/runs" | grep -o '"state":"[a-z]*"' | head -1 | cut -d'"' -f4; }
sums() { (cd "$work/out" && find . -type f | sort | xargs sha256sum); }
clean_up() { kill -9 "${workers[@]}" "$server" 2>/dev/null; pg_kill; rm -rf "$work"; }
trap clean_up EXIT

mkdir -p "$work/in" "$work/jobs" "$work/pg"
[ "$(id -u)" -eq 0 ] && { chmod 755 "$work"; chown postgres "$work/pg"; }
dotnet publish src/Ziya.Cli -c Release -o "$work/bin" >/dev/null || exit 1

# Half a megabyte and a bit a file, so that no task takes two; lines of both languages, a tenth of them seen in other files too.
for file in $(seq -w 1 "$files"); do
    awk -v seed="$((10#$file))" 'BEGIN { srand(seed); split("river stone quiet lantern bread 山 河流 灯塔 面包 安静 the of and is with 的 在 了 是 我们", w, " ");
        for (i = 0; bytes < 550000; i++) { if (rand() < 0.1) srand(int(rand() * 5000)); text = ""; for (n = 0; n < 60; n++) text = text w[int(rand() * 20) + 1] " " int(rand() * 90) " ";
            line = "{\"id\":\"r" seed "-" i "\",\"text\":\"" text "\"}"; print line; bytes += length(line) + 1; srand(seed * 100003 + i) } }' > "$work/in/$file.jsonl"
done
cat > "$work/jobs/torture.yaml" <<YAML
job: torture
input: { read: "$work/in/*.jsonl" }
steps: [clean, dedup_exact, dedup_minhash, { bucket: { by: length, cuts: { long: 30, rest: 100 } } }]
output: { write: "$work/out/{bucket}", compression: none }
limits: { split_mb: 1 }
YAML
(cd "$work" && "$ziya" run jobs/torture.yaml --run-dir "$work/quiet") >/dev/null 2>"$work/quiet.log" || { cat "$work/quiet.log"; exit 1; }
quiet=$(sums)
tasks=$(head -1 "$work/quiet.log")
as_postgres "$pgbin/initdb" -D "$work/pg/data" -U ziya --auth=trust -E UTF8 --no-sync
pg_start

bad=0
for round in $(seq "$rounds"); do
    rm -rf "$work/out" "$work/runs"
    start_server
    for i in 0 1 2 3; do start_worker $i; done
    until curl -s -m 2 -o /dev/null "http://127.0.0.1:$web/health"; do sleep 0.2; done
    until curl -sf -m 20 -o /dev/null -X POST -H 'Content-Type: application/json' -d '{}' "http://127.0.0.1:$web/api/jobs/torture.yaml/run"; do sleep 0.5; done
    began=$SECONDS kills=0 server_kills=0 database_kills=0
    while s=$(state); [ "$s" != done ] && [ "$s" != failed ] && [ "$s" != stopped ] && [ $((SECONDS - began)) -lt 1200 ]; do
        sleep "$((RANDOM % 4)).$((RANDOM % 10))"
        case $((RANDOM % 10)) in
            0) pg_kill; sleep 0.5; pg_start; database_kills=$((database_kills + 1)) ;;
            1) kill -9 "$server"; start_server; server_kills=$((server_kills + 1)) ;;
            *) i=$((RANDOM % 4)); kill -9 "${workers[$i]}"; start_worker $i; kills=$((kills + 1)) ;;
        esac
    done 2>/dev/null
    seconds=$((SECONDS - began))
    kill -9 "${workers[@]}" "$server" 2>/dev/null
    wait 2>/dev/null
    if [ "$(sums)" = "$quiet" ]; then verdict="same bytes"; else verdict="DIFFERENT"; bad=$((bad + 1)); fi
    echo "round $round: $s, $verdict; $seconds s, killed: $kills workers, $server_kills servers, $database_kills times the database"
    [ "$s" = done ] || { tail -20 "$work/log"; curl -s "http://127.0.0.1:$web/api/runs"; break; }
    # The next round has nothing of this one but the input.
    pg_kill; rm -rf "$work/pg/data"; as_postgres "$pgbin/initdb" -D "$work/pg/data" -U ziya --auth=trust -E UTF8 --no-sync; pg_start
done
echo "$tasks; $rounds rounds, $bad with other bytes"
[ "$bad" -eq 0 ]

# Sourced by torture.sh and scenarios.sh: a fleet of `ziya serve` processes over a PostgreSQL of their own, a job, and the bytes a quiet run of it by one process wrote.
#
#   STORE=disk|blobs   where inputs, run folders and outputs lie. Default disk. blobs: Azurite, brought by npx, behind a proxy that spoils some of the requests
#   FILES=120          input files, each a task in every pass and in two of the reduces: about five tasks a file
#   SILENCE=60         seconds after which a worker that is not heard of is taken for dead
#   BIN=DIR BENCH=DIR  what was published before of src/Ziya.Cli and tests/Ziya.Benchmarks, where nothing shall be built
#
# Needs PostgreSQL's server programs, curl and a user postgres where it runs as root; blobs need Node.js.
store=${STORE:-disk}
files=${FILES:-120}
work=$(mktemp -d)
ziya=$work/bin/ziya
pgbin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -1)")
pgport=$((20000 + RANDOM % 10000))
web=$((pgport + 1))
storage="Host=127.0.0.1;Port=$pgport;Username=ziya;Database=postgres"
workers=(0 0 0 0)
server=0 azurite=0 proxy=0

as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi >/dev/null 2>&1 </dev/null; }
pg_start() { as_postgres "$pgbin/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" -o "-p $pgport -k $work/pg -c fsync=off -c max_connections=200 -c shared_preload_libraries=pg_stat_statements -h 0.0.0.0" start; }
pg_kill() { as_postgres "$pgbin/pg_ctl" -D "$work/pg/data" -m immediate stop; }
pg_new() {
    pg_kill
    rm -rf "$work/pg/data"
    as_postgres "$pgbin/initdb" -D "$work/pg/data" -U ziya --auth=trust -E UTF8 --no-sync
    echo 'host all all 10.77.0.0/24 trust' >> "$work/pg/data/pg_hba.conf"
    pg_start
}

# Stopped by a signal that it handles: what it has answered it also has written, as the service would.
blobs_start() { node "$work/azurite" --location "$work/blobs" --silent --skipApiVersionCheck --disableTelemetry --blobPort $((web + 1)) >/dev/null 2>&1 & azurite=$!; }
blobs_stop() { [ "$azurite" = 0 ] || { kill -TERM "$azurite"; wait "$azurite"; } 2>/dev/null; }
blobs_new() {
    blobs_stop
    rm -rf "$work/blobs"
    blobs_start
    until curl -s -m 2 -o /dev/null "http://127.0.0.1:$((web + 1))/"; do sleep 0.2; done
    "$work/bench/Ziya.Benchmarks" storage put "$work/in" "azblob://fleet/in"
}

serve() { (cd "$work" && { [ "$store" = disk ] || export AZURE_STORAGE_CONNECTION_STRING="$account;BlobEndpoint=http://127.0.0.1:$((web + 2))/devstoreaccount1;"; } && exec "${as[@]}" "$ziya" serve --jobs "$work/jobs" --runs "$runs" --storage "$storage" --silence "${SILENCE:-60}" "$@" >>"$work/log" 2>&1) & }
as=()
# Some processes a core: threads that wait for work would spin, and take the time of those that have some.
export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0
start_worker() { serve --roles cpu --workers 1 --deaths 1000; workers[$1]=$!; }
start_server() { serve --roles web,scheduler --deaths 1000 --urls "http://127.0.0.1:$web"; server=$!; }
start_fleet() {
    start_server
    for i in "${!workers[@]}"; do "${start:-start_worker}" "$i"; done
    until curl -s -m 2 -o /dev/null "http://127.0.0.1:$web/health"; do sleep 0.2; done
    until curl -sf -m 20 -o /dev/null -X POST -H 'Content-Type: application/json' -d '{}' "http://127.0.0.1:$web/api/jobs/fleet.yaml/run"; do sleep 0.5; done
}
end_fleet() { [ "$server" = 0 ] || { kill -9 "${workers[@]}" "$server"; wait "${workers[@]}" "$server"; } 2>/dev/null; server=0; }
runs_json() { curl -s -m 5 "http://127.0.0.1:$web/api/runs"; }
state() { runs_json | grep -o '"state":"[a-z]*"' | head -1 | cut -d'"' -f4; }
ended() { case $(state) in done | failed | stopped) true ;; *) false ;; esac }
done_tasks() { runs_json | grep -o "\"done\":[0-9]*" | tail -n 1 | cut -d: -f2 | grep . || echo 0; }
sums() { if [ "$store" = blobs ]; then "$work/bench/Ziya.Benchmarks" storage sums azblob://fleet/out | grep "\.jsonl"; else (cd "$work/out" && find . -type f | sort | xargs sha256sum); fi; }

# Half a megabyte and a bit a file, so that no task takes two, most of it in a field that no step looks at; lines of both languages, a tenth of them seen in other files too.
make_input() {
    for file in $(seq -w 1 "$files"); do
        awk -v seed="$((10#$file))" 'BEGIN { srand(seed); split("river stone quiet lantern bread 山 河流 灯塔 面包 安静 the of and is with 的 在 了 是 我们", w, " "); pad = sprintf("%8000s", ""); gsub(" ", "x", pad);
            for (i = 0; bytes < 550000; i++) { if (rand() < 0.1) srand(int(rand() * 5000)); text = ""; for (n = 0; n < 60; n++) text = text w[int(rand() * 20) + 1] " " int(rand() * 90) " ";
                line = "{\"id\":\"r" seed "-" i "\",\"text\":\"" text "\",\"page\":\"" pad "\"}"; print line; bytes += length(line) + 1; srand(seed * 100003 + i) } }' > "$work/in/$file.jsonl"
    done
}
bench() { [ -e "$work/bench" ] || if [ -n "${BENCH:-}" ]; then ln -s "$BENCH" "$work/bench"; else dotnet publish tests/Ziya.Benchmarks -c Release -o "$work/bench" >/dev/null || exit 1; fi; }
make_job() {
    cat > "$work/jobs/$1.yaml" <<YAML
job: fleet
input: { read: "$2/in/*.jsonl" }
steps: [clean, dedup_exact, dedup_minhash, { bucket: { by: length, cuts: { long: 30, rest: 100 } } }]
output: { write: "$2/out/{bucket}", compression: zstd }
limits: { split_mb: 1 }
YAML
}
clean_up() {
    end_fleet
    blobs_stop
    [ "$proxy" = 0 ] || kill -9 "$proxy"
    pg_kill
    rm -rf "$work"
}
trap clean_up EXIT

mkdir -p "$work/in" "$work/jobs" "$work/pg"
[ "$(id -u)" -eq 0 ] && { chmod 755 "$work"; chown postgres "$work/pg"; }
if [ -n "${BIN:-}" ]; then ln -s "$BIN" "$work/bin"; else dotnet publish src/Ziya.Cli -c Release -o "$work/bin" >/dev/null || exit 1; fi
make_input
make_job fleet "$work"
(cd "$work" && "$ziya" run jobs/fleet.yaml --run-dir "$work/quiet") >/dev/null 2>"$work/quiet.log" || { cat "$work/quiet.log"; exit 1; }
quiet=$(cd "$work/out" && find . -type f | sort | xargs sha256sum)
# Card and manifest name where things lie.
[ "$store" = disk ] || quiet=$(grep "\.jsonl" <<<"$quiet")
tasks=$(head -1 "$work/quiet.log")
quiet_kb=$(du -sk "$work/quiet" | cut -f1)
rm -rf "$work/out" "$work/quiet"
runs=$work/runs
if [ "$store" = blobs ]; then
    bench
    ln -s "$(npx --yes --package=azurite@3.37.0 -c 'readlink -f "$(command -v azurite-blob)"')" "$work/azurite"
    # Published with the emulator; opens nothing else.
    account="DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    export AZURE_STORAGE_CONNECTION_STRING="$account;BlobEndpoint=http://127.0.0.1:$((web + 1))/devstoreaccount1;"
    blobs_new
    "$work/bench/Ziya.Benchmarks" storage proxy $((web + 2)) $((web + 1)) ${FAULTS:-2} &
    proxy=$!
    make_job fleet azblob://fleet
    runs=azblob://fleet/runs
fi
pg_new

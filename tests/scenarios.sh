#!/usr/bin/env bash
# What goes wrong on real machines, one after the other, each during a run of four workers: the bytes are those of a quiet run, or the run says what is wrong.
#
#   [STORE=blobs] [FILES=60] tests/scenarios.sh [cut] [silent] [hung] [clock] [disk] [memory]     default: all
#
#   cut      a worker's network goes down for 45 s, as if its cable were pulled
#   silent   what a worker sends and is sent disappears for 90 s
#   hung     a worker is stopped for 150 s, longer than its tasks are waited for, then goes on
#   clock    a worker's clock goes an hour forward, another's an hour back, during the run (needs libfaketime)
#   disk     the disk of the run folder is full for a minute
#   memory   a worker has less memory than its tasks need, and is killed for it, over and over
#   figures  no fault: what a run asks of the database, and of the blobs; not by default
#   watched  no fault: seconds of a run with and without 100 browsers on its pages, by turns; the first core has the run, the second the web process, the database and the browsers; not by default
#   schedule no fault: curate-zh-en and evol-instruct on a schedule of every minute, with STORE=blobs from blobs to blobs; SHOTS=DIR keeps pictures of the pages; not by default
#
# Needs root, for namespaces, file systems and control groups. The rest is in fleet.sh.
set -uo pipefail
cd "$(dirname "$0")/.."
names=${*:-cut silent hung clock disk memory}
export FILES=${FILES:-60}
. tests/fleet.sh
apart=ziya$(($$ % 10000))

# The first of the workers apart, the job begun when all are heard of.
start_apart() { if [ "$1" = 0 ]; then start_worker_apart 0; else start_worker "$1"; [ "$1" = 3 ] && until [ "$(servers)" = 5 ]; do sleep 1; done; fi; }
# A worker in a network of its own, which reaches the database through one link.
start_worker_apart() {
    ip netns add "$apart" && ip link add "${apart}a" type veth peer name "${apart}b" netns "$apart"
    ip addr add 10.77.0.1/24 dev "${apart}a" && ip link set "${apart}a" up
    ip -n "$apart" addr add 10.77.0.2/24 dev "${apart}b" && ip -n "$apart" link set "${apart}b" up && ip -n "$apart" link set lo up
    as=(ip netns exec "$apart") storage=${storage/127.0.0.1/10.77.0.1}
    start_worker "$1"
    as=() storage=${storage/10.77.0.1/127.0.0.1}
}
end_apart() { ip netns del "$apart"; ip link del "${apart}a"; } 2>/dev/null
trap 'end_apart; umount "$work/runs" 2>/dev/null; clean_up; rmdir /sys/fs/cgroup/memory/ziya 2>/dev/null' EXIT

await_tasks() { until [ "$(done_tasks)" -ge "$1" ] || ended; do sleep 0.5; done; }
await_end() { began=$SECONDS; while ! ended && [ $((SECONDS - began)) -lt 900 ]; do sleep 1; done; }
servers() { psql -h 127.0.0.1 -p "$pgport" -U ziya postgres -Atc "select count(*) from hangfire.server where lastheartbeat > now() - interval '15 s'" 2>/dev/null; }

scenario_cut() {
    await_tasks 20
    ip link set "${apart}a" down; sleep 45; during=$(done_tasks); ip link set "${apart}a" up
    await_end
    echo "$during tasks were done when the link came back"
}
scenario_silent() {
    await_tasks 20
    # Queues of no length, on both ends: nothing arrives, and nobody is told.
    tc qdisc add dev "${apart}a" root pfifo limit 0; ip netns exec "$apart" tc qdisc add dev "${apart}b" root pfifo limit 0
    sleep 90; during=$(done_tasks) heard=$(servers)
    tc qdisc del dev "${apart}a" root; ip netns exec "$apart" tc qdisc del dev "${apart}b" root
    healed=$SECONDS
    until [ "$(servers)" -ge 5 ] || [ $((SECONDS - healed)) -gt 300 ]; do sleep 1; done
    healed=$((SECONDS - healed))
    await_end
    echo "$during tasks were done and $heard of 5 processes heard of when packets came through again; $healed s later $(servers)"
}
scenario_hung() {
    await_tasks 20
    kill -STOP "${workers[0]}"; sleep 150; during=$(done_tasks); kill -CONT "${workers[0]}"
    await_end
    # What the late one still does, it does now.
    sleep 10
    echo "$during tasks were done when it went on"
}
scenario_clock() {
    library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -1)
    [ -n "$library" ] || { echo "skipped: apt-get install libfaketime"; return; }
    for i in 0 1; do
        echo "+0" > "$work/clock$i"; kill -9 "${workers[$i]}"
        as=(env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$work/clock$i" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1)
        start_worker $i
    done
    as=()
    await_tasks 20; echo "+3600" > "$work/clock0"; echo "-3600" > "$work/clock1"
    await_end
    echo "clocks were an hour ahead and an hour behind from the twentieth task on"
}
scenario_disk() {
    full() { psql -h 127.0.0.1 -p "$pgport" -U ziya postgres -Atc "select left(data->>'ExceptionMessage', 160) from hangfire.state where data::text like '%No space%' limit 1"; }
    until [ -n "$(full)" ] || ended; do sleep 1; done
    sleep 30; during=$(done_tasks)
    mount -o remount,size=2g "$work/runs"
    await_end
    echo "$during tasks were done when there was room again; until then: $(full)"
}
scenario_memory() {
    group=/sys/fs/cgroup/memory/ziya
    mkdir -p "$group"; echo $((${MEMORY_MB:-64} << 20)) > "$group/memory.limit_in_bytes"
    kill -9 "${workers[0]}"; killed=0
    began=$SECONDS
    while ! ended && [ $((SECONDS - began)) -lt 900 ]; do
        kill -0 "${workers[0]}" 2>/dev/null || { killed=$((killed + 1)); as=(sh -c "echo \$\$ > $group/cgroup.procs; exec \"\$@\"" sh); start_worker 0; as=(); }
        sleep 1
    done 2>/dev/null
    echo "started $killed times"
}

# Not a fault: what a run asks of the database and, with STORE=blobs FAULTS=0, of the blobs; what `Ziya.Benchmarks scale` reckons with.
scenario_figures() {
    psql_of() { psql -h 127.0.0.1 -p "$pgport" -U ziya postgres -At -F " " -c "$1"; }
    psql_of "create extension if not exists pg_stat_statements"
    await_end
    psql_of "select sum(calls), sum(rows), round(sum(total_exec_time)) from pg_stat_statements" > "$work/statements"
    psql_of "select calls, rows, round(mean_exec_time::numeric, 3), left(regexp_replace(query, E'\\s+', ' ', 'g'), 110) from pg_stat_statements order by calls desc limit 40" > "$work/figures.statements"
    psql_of "select count(*) from pg_stat_activity where datname = 'postgres' and pid <> pg_backend_pid()" > "$work/connections"
    psql_of "select relname, pg_total_relation_size(relid), n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables order by 3 desc limit 12" >> "$work/figures.statements"
    [ "$store" = disk ] || curl -s "http://127.0.0.1:$((web + 2))/stats" >> "$work/figures.statements"
    cat "$work/figures.statements" >&3
    echo "$(done_tasks) tasks; statements, rows, ms: $(cat "$work/statements"); connections of 4 workers of one task and a server: $(cat "$work/connections")"
}

# A run that waits for nobody, so that its seconds are work: by one process on a core of its own.
scenario_watched() {
    bench
    await_end
    kill -9 "${workers[@]}"
    taskset -acp 1 "$server"
    alone= watched=
    for turn in $(seq "${TURNS:-6}"); do
        [ $((turn % 2)) = 1 ] || { (sleep 2; exec taskset -c 1 "$work/bench/Ziya.Benchmarks" serve browse "http://127.0.0.1:$web" 100 3600 watched) & browsers=$!; }
        begun=$(date +%s.%N)
        (cd "$work" && taskset -c 0 "$ziya" run jobs/fleet.yaml --workers 1 --fresh --run-dir runs/watched)
        took=$(echo "scale=1; ($(date +%s.%N) - $begun) / 1" | bc)
        if [ $((turn % 2)) = 1 ]; then alone+=" $took"; else watched+=" $took"; kill -9 $browsers; wait $browsers; fi
    done
    echo "seconds without browsers:$alone, with them:$watched"
}

# The jobs as they ship but for the schedule and where things lie; what they read beside their input is at hand for every worker.
scenario_schedule() {
    place=$work
    [ "$store" = disk ] || place=azblob://fleet
    ln -s "$PWD/samples" "$work/samples"
    for pair in curate-zh-en:corpus evol-instruct:instructions; do
        job=${pair%:*} input=${pair#*:}
        (root=$PWD && cd "$work" && "$ziya" run "$root/jobs/$job.yaml" --set output.write="quiet/$job/{language}" --set output.compression=zstd --run-dir "$work/quiet-$job") >/dev/null 2>&1
        if [ "$store" = disk ]; then cp -r "samples/$input" "$work/$input"; else "$work/bench/Ziya.Benchmarks" storage put "samples/$input" "azblob://fleet/$input"; fi
        sed "s,^input:,schedule: '* * * * *'\n&,; s,read: samples/$input,read: $place/$input,; s,write: out/.*,write: $place/scheduled/$job/{language}," "jobs/$job.yaml" |
            sed '/^  compression:/d' | sed 's,^  write:.*,&\n  compression: zstd,' > "$work/jobs/$job.yaml"
    done
    await_end
    began=$SECONDS verdicts=
    until [ "$(runs_json | grep -o '"state":"done"' | wc -l)" -ge 3 ] || [ $((SECONDS - began)) -gt 600 ]; do sleep 2; shots going; done
    seconds=$((SECONDS - began))
    shots done
    for job in curate-zh-en evol-instruct; do
        if [ "$store" = disk ]; then found=$(cd "$work/scheduled/$job" && find . -name "*.jsonl*" | sort | xargs sha256sum); else found=$("$work/bench/Ziya.Benchmarks" storage sums "azblob://fleet/scheduled/$job" | grep "\.jsonl"); fi
        if [ -n "$found" ] && [ "$found" = "$(cd "$work/quiet/$job" && find . -name "*.jsonl*" | sort | xargs sha256sum)" ]; then verdicts+="$job: the bytes of a quiet run; "; else verdicts+="$job: DIFFERENT; "; fi
    done
    echo "$verdicts$seconds s from the time they were scheduled"
}
shots() {
    [ -n "${SHOTS:-}" ] || return
    for page in runs: dashboard:hangfire recurring:hangfire/recurring servers:hangfire/servers jobs:jobs "run:runs/$(runs_json | grep -o '"name":"curate[^"]*' | head -1 | cut -d'"' -f4)"; do
        chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,900 --virtual-time-budget=4000 --screenshot="$SHOTS/$1-${page%%:*}.png" "http://127.0.0.1:$web/${page#*:}"
    done >/dev/null 2>&1
}
exec 3>&1
bad=0
for name in $names; do
    [ "$name" = disk ] && { mkdir -p "$work/runs"; mount -t tmpfs -o "size=$((quiet_kb / 2))k" tmpfs "$work/runs"; }
    case $name in cut | silent) start=start_apart ;; *) start=start_worker ;; esac
    start_fleet
    began_all=$SECONDS
    "scenario_$name" >"$work/figures" 2>/dev/null
    figures=$(tail -n 1 "$work/figures")
    s=$(state)
    end_fleet 2>/dev/null
    end_apart
    if [ "$name" = watched ]; then verdict="not compared"; elif [ "$name" = schedule ]; then verdict="on schedule"; grep -q DIFFERENT <<<"$figures" && bad=1; elif [ "$s" = done ]; then [ "$(sums)" = "$quiet" ] && verdict="same bytes" || { verdict="DIFFERENT"; bad=1; }; else verdict="no dataset"; bad=1; fi
    echo "$name: $s, $verdict, $((SECONDS - began_all)) s; $figures"
    [ $bad -eq 0 ] || cp "$work/log" "/tmp/scenario-$name.log"
    umount "$work/runs" 2>/dev/null
    rm -rf "$work/out" "$work/runs" "$work/log"
    pg_new
    [ "$store" = disk ] || blobs_new
done
[ "$bad" -eq 0 ]

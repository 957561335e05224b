#!/usr/bin/env bash
# Each example of deploy/examples works in the real program, with a real guard that is well and then exposed.
if [[ ! ${HOST_NETNS:-} ]]; then
    export HELPERS_BIN=${HELPERS_BIN:-$AMTGUARD_BIN} BENCH_BIN=${BENCH_BIN:-$AMTGUARD_BIN} PLAY_TIME=${PLAY_TIME:-170}
    exec "$(dirname "$0")/../system/run" ../deploy/examples.sh
fi
source "$(dirname "${BASH_SOURCE[0]}")/../system/lib.sh"
top=$(cd "$here/../.." && pwd)
examples=$top/deploy/examples tools=$top/.build/tools
left_out=()
has() {  # PROGRAM: it is here; otherwise its example is left out
    [[ -x $tools/$1 ]] || command -v "$1" >/dev/null && return
    left_out+=("${1##*/}")
    false
}
succeeds() { seen=$("$@" 2>&1); }

# /usr/bin/amtguardctl and /run/amtguard, as the examples name them, in this mount namespace alone.
mkdir $work/usr-bin
printf '#!/bin/sh\nexec %s --root %s "$@"\n' $amtguardctl $root >$work/usr-bin/amtguardctl
chmod 755 $work/usr-bin/amtguardctl
mount -t overlay overlay -o lowerdir=$work/usr-bin:/usr/bin /usr/bin
ln -s $run /run/amtguard
ip link set lo up
emulate amt
sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
start_bus
configure Mode=always AuditSec=1s
$amtguardd --root $root 2>$log &
guard=$!
eventually "the guard is well" exits 0 check

# --- NRPE
nrpe_answers() {  # STATUS PATTERN
    local got=0
    seen=$($tools/check_nrpe -2 -n -H 127.0.0.1 -c check_amtguard 2>&1) || got=$?
    [[ $got == "$1" && $seen == $2 ]]
}
if has nrpe; then
    { cat "$examples/nrpe.cfg"; printf '%s\n' nrpe_user=nobody nrpe_group=nogroup server_address=127.0.0.1 \
        pid_file=$work/nrpe.pid allowed_hosts=127.0.0.1; } >nrpe.cfg
    LD_LIBRARY_PATH=$tools $tools/nrpe -n -f -c nrpe.cfg 2>nrpe.log &
    eventually "NRPE: the server hears that all is well" nrpe_answers 0 'AMTGUARD OK - protected*'
fi

# --- Zabbix
zabbix() { seen=$(LD_LIBRARY_PATH=$tools $tools/zabbix_agentd -c zabbix.conf -t "$1" 2>&1); }  # KEY
zabbix_tells() { zabbix "$1" && [[ $seen == "$1 "* && ${seen#*"[t|"} == $2 ]]; }  # KEY PATTERN
if has zabbix_agentd; then
    { cat "$examples/zabbix.conf"; printf '%s\n' Server=127.0.0.1 LogFile=$work/zabbix.log; } >zabbix.conf
    expect "Zabbix: the agent tells the number" zabbix_tells amtguard.check '0]'
    expect "the line" zabbix_tells amtguard.text 'AMTGUARD OK - protected*'
    expect "and the whole status" zabbix_tells amtguard.status '{"schema":1,*'
fi

# --- Puppet
fact() { seen=$(facter --external-dir facts "$1" 2>&1); [[ $seen == "$2" ]]; }  # NAME VALUE
if has facter; then
    mkdir facts
    install -m755 "$examples/facter-amtguard" facts/amtguard
    expect "Facter: the verdict is a fact" fact amtguard.verdict protected
    expect "and so is the state of AMT" fact amtguard.amt.state unknown
fi

# --- sos
if has sos; then
    plugins=$(python3 -c 'import sos.report.plugins as p; print(p.__path__[0])' 2>/dev/null ||
        /usr/bin/python3 -c 'import sos.report.plugins as p; print(p.__path__[0])')
    mkdir $work/plugins $work/sos
    cp "$examples/sos-amtguard.py" $work/plugins/amtguard.py
    mount -t overlay overlay -o lowerdir=$work/plugins:"$plugins" "$plugins"
    expect "sos: it makes a report" succeeds /usr/bin/sos report --batch -o amtguard --build --tmp-dir $work/sos
    collected() { find $work/sos -path "*$1*" -type f -size +0 | grep -q .; }  # PART OF A PATH
    expect "with the status" collected amtguardctl_status_--json
    expect "the doctor's findings" collected amtguardctl_doctor_--verbose
    expect "and the state file" collected run/amtguard/state.json
    umount "$plugins"
fi

# --- Icinga 2
icinga=$tools/icinga2/usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2
icinga_accepts() {  # FILE
    seen=$(ICINGA2_USER=root ICINGA2_GROUP=root LD_LIBRARY_PATH=$tools/icinga2/usr/lib/x86_64-linux-gnu "$icinga" daemon -C \
        -c "$1" -I $tools/icinga2/usr/share/icinga2/include -D NodeName=master -D ZoneName=master \
        -DConfiguration.{Data,Cache,InitRun,Log,Spool}Dir=$work/icinga 2>&1) && [[ $seen == *'1 Service'* ]]
}
if has icinga2/usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2; then
    mkdir $work/icinga
    cat >icinga.conf <<CONF
include <itl>
object Endpoint "master" { }
object Zone "master" { endpoints = [ "master" ] }
object Endpoint "machine.example" { }
object Zone "machine.example" { endpoints = [ "machine.example" ]; parent = "master" }
object Host "machine" { check_command = "dummy"; zone = "master"; vars.agent_endpoint = "machine.example" }
object Host "other" { check_command = "dummy"; zone = "master" }
include "$examples/icinga2.conf"
CONF
    expect "Icinga 2: it accepts the command, and applies the service to the machine with an agent" icinga_accepts icinga.conf
fi

# --- Ansible: the fact is a link to the state file. ansible.sh has Ansible read it.
mkdir tree
expect "Ansible: the script makes the link" succeeds sh "$examples/ansible-fact.sh" $work/tree
fact=$work/tree/etc/ansible/facts.d/amtguard.fact
expect "behind which is JSON" is "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["verdict"])' $fact)" protected
expect "which is not to be run" not test -x $fact

# --- node-problem-detector: not in Debian. Its command, and the two numbers that it knows.
problem() {  # runs the command of the rule
    local words got=0
    mapfile -t words < <(python3 -c 'import json,sys
rule = json.load(open(sys.argv[1]))["rules"][0]
print(rule["path"], *rule["args"], sep="\n")' "$examples/node-problem-detector.json")
    seen=$("${words[@]}" 2>&1) || got=$?
    [[ $got == "$1" && ${#seen} -gt 10 ]]
}
expect "node-problem-detector: its command sees no problem" problem 0
expect "osquery: the file is JSON" succeeds python3 -m json.tool "$examples/osquery.conf"

# --- An exposed port, everywhere
configure Mode=observe AuditSec=1s
kill -HUP $guard
eventually "the guard only observes" json .mode observe
overwrite 5000
eventually "a port is exposed" exits 2 check
has nrpe && expect "NRPE hears it" nrpe_answers 2 'AMTGUARD CRITICAL - exposed*'
has zabbix_agentd && expect "Zabbix too" zabbix_tells amtguard.check '2]'
has facter && expect "Puppet too" fact amtguard.verdict exposed
expect "node-problem-detector too" problem 1
stop_guard
expect "without a guard it is a problem, and not unknown" problem 1
has nrpe && expect "and for NRPE, the port is still exposed" nrpe_answers 2 'AMTGUARD CRITICAL*'
has facter && expect "the verdict is no fact any more" not fact amtguard.verdict protected
((${#left_out[@]} == 0)) || skip "all held, but these are not here: ${left_out[*]}"

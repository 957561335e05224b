# If AMT is impossible, nothing is required and nothing is done; evidence of AMT is kept within one boot.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate none
overwrite 5000
start_guard AuditSec=100ms
expect "the verdict is not-needed" json .verdict not-needed
expect "AMT is impossible" json .amt.state impossible
expect "with the evidence" like "$said" '*none of the 2 functions on the PCI bus is a management engine*'
expect "nothing is required" json .ports.required ''
expect "amtguardctl exits with 0" exits 0
expect "the list is as it was" holds 5000
expect "no audit is due" json .observed.auditUSec null

switches() { sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' /proc/$guard/status; }
still() { local before; before=$(switches); sleep 3; seen="$before and $(switches)"; [[ $(switches) == "$before" ]]; }
eventually "it never wakes up" still
sleep 0.1
overwrite 6000
expect "and is not concerned with what others write" holds 6000

rm -rf $root/sys
emulate amt
reload_guard
expect "a management engine that appears makes the ports required" holds 623,664,6000,16992-16995
expect "and audits due" json .observed.auditUSec 100000
expect "of AMT is known what /sys shows" json .amt.state unknown
expect "the version among it" json .amt.version 16.1.25.2020
overwrite 6001
eventually "from then on it repairs" holds 623,664,6001,16992-16995

depart
eventually "one that departs is unknown, not impossible" says 'was seen in this boot and is gone'
expect "and the ports stay required" json .ports.required $amt
expect "and reserved" holds 623,664,6001,16992-16995
kill_guard
printf '\n' >$list
start_guard
expect "also for the next guard" holds $amt
expect "which remembers why" like "$(grep -c 'was seen in this boot and is gone' $log)" '[1-9]*'
stop_guard

# A server without a management engine, whose BMC may take two of the ports.
rm -rf $root
emulate none
mkdir -p $root/sys/class/ipmi/ipmi0
printf '\n' >$list
start_guard
expect "nothing is reserved" holds ''
expect "the verdict is not-needed" json .verdict not-needed
expect "but there is a pointer" json .reasons.0.id bmc
expect "with exit status 0" exits 0
expect "for people" like "$said" '*management controller (BMC), as ipmi0 shows*623 and 664*Mode=always and Ports=623 664*'
stop_guard

# A BIOS can hide the management engine while AMT runs.
rm -rf $root
emulate hidden
printf '\n' >$list
start_guard
expect "Intel's chipset without a management engine makes it unknown" json .amt.state unknown
expect "with the reason" json .amt.evidence.0.says "Intel's chipset shows no management engine, but a BIOS can hide it while AMT runs"
expect "the ports are required" holds $amt
expect "and a person learns what to do" json .reasons.0.advice 'Look at the BIOS set-up and the data sheet: if the machine has no AMT, remove amtguard; if it has, set Mode=always.'
stop_guard

# A virtual machine has nothing that could be AMT's, unless a network card is passed through to it.
rm -rf $root
emulate hidden
rm -rf "$root"/sys/bus/pci/devices/0000:00:1f.6 "$root"/sys/devices/pci0000:00/0000:00:1f.6
mkdir -p $root/sys/class/dmi/id
echo QEMU >$root/sys/class/dmi/id/sys_vendor
printf 'flags\t\t: fpu hypervisor\n' >$root/proc/cpuinfo
printf '\n' >$list
start_guard
expect "a virtual machine without a passed-through card has no AMT" json .amt.state impossible
expect "and needs nothing" holds ''
stop_guard
rm -rf $root/sys
emulate hidden
mkdir -p $root/sys/class/dmi/id
echo QEMU >$root/sys/class/dmi/id/sys_vendor
start_guard
expect "with the host's card it is unknown" json .amt.state unknown
expect "and the ports are required" holds $amt
stop_guard

# "Unknown" is not "impossible".
rm -rf $root
mkdir -p $root
printf '\n' >$list
start_guard
expect "where /sys shows nothing, the ports are required" holds $amt
stop_guard

rm -rf $root
emulate none
printf '\n' >$list
start_guard Mode=always
expect "Mode=always requires them on any machine" holds $amt
configure Mode=auto OnStop=release
reload_guard
expect "Mode=auto releases them where AMT is impossible" holds ''
stop_guard

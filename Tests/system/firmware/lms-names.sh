# Intel LMS is called by its name everywhere, and is no victim: as a unit of its name, as another, and as none.
source "$(dirname "${BASH_SOURCE[0]}")/lms-lib.sh"
PATIENCE=30

start_lms_machine
serve
named() {  # COMMAND…: amtguardctl names LMS at each of its listeners that can take the packets of AMT's ports
    ctl "$@"
    seen=$said
    [[ $(grep -c 'Intel LMS' <<<"$said") -ge 6 ]]
}
for unit in lms.service snap.lms.lms.service session-1.scope local.service ''; do
    for order in guard lms; do
        rm -rf $run
        [[ $order == guard ]] || start_lms "$unit" --commands 0
        [[ $order == guard ]] || eventually "in '$unit' LMS listens before the guard" listens_everywhere
        start_guard AuditSec=100ms
        if [[ $order == guard ]]; then
            eventually "the ports are held" states held 6
            start_lms "$unit" --commands 0
            eventually "in '$unit' LMS listens after the guard" listens_everywhere
        else
            eventually "the guard finds them taken" states refused 6
            expect "by LMS, which it names" says 'Intel LMS'
            ctl status --verbose
            expect "in the status as well" like "$said" '*Intel LMS*'
        fi
        eventually "amtguardctl ports names it" named ports
        eventually "amtguardctl firmware names it" named firmware
        sleep 0.5  # Some audits.
        expect "nobody is a victim" json .victimCount 0
        expect "nor perhaps one" exits 0 victims
        expect "and the journal accuses nobody" not says 'A socket is on a port whose packets AMT takes'
        stop_lms
        stop_guard
    done
done

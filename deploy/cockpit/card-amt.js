// Intel AMT on this machine, as far as it is known.

import { element, facts, foreign, lines, moment, nothing } from "./dom.js";

const _ = cockpit.gettext;

const STATES = {
    impossible: _("impossible on this machine"), unknown: _("unknown"), disabled: _("disabled"),
    unprovisioned: _("not set up"), provisioning: _("being set up"), provisioned: _("set up"),
};
const MODES = { client: _("client control mode"), admin: _("admin control mode"), legacy: _("legacy control mode") };
const MEDIA = { wired: _("Wired address"), wireless: _("Wireless address") };

/** AMT's state, its addresses, and the evidence. */
export function amt({ amt, probe }) {
    if (!amt) return [nothing(_("Not known"))];
    const mode = amt.controlMode && (MODES[amt.controlMode] || amt.controlMode);
    const rows = [[_("State"), [STATES[amt.state] || amt.state, mode].filter(Boolean).join(", ")]];
    if (amt.version) rows.push([_("Firmware"), foreign(amt.version)]);
    // A medium that AMT does not have is not reported.
    for (const place of (amt.interfaces || []).filter(place => place.address !== "none")) {
        rows.push([MEDIA[place.medium] || place.medium,
            lines([address(place), element("span", { class: "faint" }, foreign(place.evidence))])]);
    }
    if (!amt.interfaces) rows.push([_("Address"), _("unknown"), "doubtful"]);
    if (amt.evidence && amt.evidence.length > 0) {
        rows.push([_("Evidence"), lines(amt.evidence.map(seen => foreign(seen.says))), "faint"]);
    }
    if (probe) rows.push([_("Last probe"), lines([foreign(probe.says), moment(probe.at)])]);
    return [facts(rows)];
}

function address(place) {
    if (place.address === "shared") {
        const host = [place.hostInterfaces, place.hostAddresses].filter(names => names.length > 0)
            .map(names => names.join(", ")).join(": ");
        return cockpit.format(_("shared with $0"), host);
    }
    if (place.address === "separate") return cockpit.format(_("separate: $0"), place.ip || _("unknown"));
    return _("unknown");
}

// The connections that AMT cuts off, and those that were kept off its ports.

import { count, facts, foreign, moment, nothing, table } from "./dom.js";
import { local, owner } from "./sockets.js";

const _ = cockpit.gettext;

/** What AMT cuts off, and what was kept off its ports. */
export function connections({ victims, victimCount, nat, repairs }) {
    // Only a daemon tells of repairs.
    if (!repairs) return [nothing(_("Only a running amtguardd knows this."))];
    const translated = nat && nat.victimCount;
    const tone = victimCount > 0 || translated > 0 ? "bad" : null;
    const rows = [[_("Cut off by AMT"), cut(victimCount, translated), tone]];
    if (nat && (nat.translation !== "no" || nat.inForce)) {
        rows.push([_("Address translation"), nat.translation === "yes" ? _("in use") : _("unknown")]);
        rows.push([_("Redrawn"), count(nat.redrawn)], [_("Refused"), count(nat.refused)]);
        rows.push([_("Redraw table"), ...standingOf(nat)]);
    } else {
        rows.push([_("Address translation"), nat ? _("not in use") : _("unknown")]);
    }
    const all = [
        ...(victims || []).map(socket => [local(socket), socket.remote || "–", owner(socket), socket.since]),
        ...(nat && nat.victims || []).map(flow => [flow.translated, flow.remote, flow.origin, flow.since]),
    ].map(([from, to, whose, since]) => [foreign(from), foreign(to), foreign(whose), since ? moment(since) : "–"]);
    if (all.length === 0) return [facts(rows)];
    return [facts(rows), table(_("Victims"), [_("From"), _("To"), _("Whose"), _("Since")], all)];
}

function cut(sockets, translated) {
    if (typeof sockets !== "number") return _("unknown");
    const all = sockets + (translated || 0);
    return all === 0 ? _("none") : cockpit.format(cockpit.ngettext("$0 connection", "$0 connections", all), count(all));
}

function standingOf(nat) {
    if (nat.inForce && nat.owned === false) return [_("in force, but other programs can delete it"), "doubtful"];
    if (nat.inForce) return [_("in force")];
    if (nat.inForce === null) return [_("unknown")];
    if (nat.addresses.length === 0) return [_("not in force: AMT is not known to share an address")];
    return [_("not in force"), "bad"];
}

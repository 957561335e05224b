// The cards below the verdict. Each is made of one part of the status; null is what nobody knows.

import { count, element, facts, foreign, lines, moment, nothing, phrase, table } from "./dom.js";
import { picture } from "./picture.js";
import { shown } from "./ports.js";
import { local, owner, standing } from "./sockets.js";

const _ = cockpit.gettext;

// MARK: Ports

const EXPOSURES = {
    "exposed": [_("exposed"), "bad"],
    "reserved": [_("reserved"), "good"],
    "reserved-outside": [_("reserved, and outside the local port range"), "good"],
    "outside": [_("not reserved, outside the local port range"), "doubtful"],
    "unknown": [_("unknown"), "doubtful"],
};

/** The picture, and the required ports in a table. */
export function ports({ ports, victims }) {
    if (!ports) return [nothing(_("Not known"))];
    const rows = neighbours(ports.each || []).map(({ first, last, port }) => {
        const [state, tone] = EXPOSURES[port.exposure] || [port.exposure, "doubtful"];
        return [first === last ? String(first) : `${first}-${last}`, element("span", { class: `state ${tone}` }, state),
            list(port.held, port.held === null ? _("unknown") : "–"), takers(port)];
    });
    if (rows.length === 0) return [picture(ports, victims), nothing(_("No port is required."))];
    return [picture(ports, victims), table(_("Required ports"), [_("Port"), _("State"), _("Held on"), _("Used by")], rows),
        ports.autobindReuse
            ? nothing(_("ip_autobind_reuse is on: the kernel may still choose a held port that is not reserved.")) : null,
    ].filter(Boolean);
}

/** Neighbours of which the same is to be said share a row. */
function neighbours(each) {
    const groups = [];
    for (const { port: number, ...port } of each) {
        const group = groups[groups.length - 1];
        if (group && group.last === number - 1 && JSON.stringify(group.port) === JSON.stringify(port)) group.last = number;
        else groups.push({ first: number, last: number, port });
    }
    return groups;
}

function takers(port) {
    if (!port.takenBy) return _("unknown");
    if (port.takenBy.length === 0) return "–";
    const more = (port.takers || 0) - port.takenBy.length;
    return lines([...port.takenBy.map(socket => element("span", { class: socket.standing === "victim" ? "bad" : null },
        `${socket.protocol} `, foreign(local(socket)), ", ", foreign(owner(socket)), `: ${standing(socket)}`)),
    ...more > 0 ? [cockpit.format(_("and $0 more"), more)] : []]);
}

function list(values, otherwise) {
    return values && values.length > 0 ? lines(values.map(foreign)) : otherwise;
}

// MARK: Intel AMT

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
        return cockpit.format(_("shared with $0"), [place.hostInterfaces.join(", "), place.hostAddresses.join(", ")]
            .filter(Boolean).join(": "));
    }
    if (place.address === "separate") return cockpit.format(_("separate: $0"), place.ip || _("unknown"));
    return _("unknown");
}

// MARK: The list

/** How often the list was overwritten, and by which programs. */
export function writers({ repairs, prevented, lastWriters, overwrites, watch }) {
    if (!repairs) return [nothing(_("Only a running amtguardd knows this."))];
    const kept = prevented ? prevented.count : 0;
    const rows = [];
    if (overwrites) {
        const text = cockpit.ngettext("overwritten $0 time", "overwritten $0 times", overwrites.count);
        rows.push([_("Contested"), cockpit.format(text, count(overwrites.count)), "bad"]);
    }
    if (kept > 0) rows.push([_("Prevented"), count(kept)]);
    rows.push([_("Repaired"), count(repairs.count)]);
    if (repairs.last) {
        rows.push([_("Last repair"), lines([moment(repairs.last.at),
            phrase(_("found: $0"), repairs.last.found ? foreign(shown(repairs.last.found)) : _("an empty list"))])]);
    }
    rows.push([_("Watched by"), watch === "none" ? _("nothing but audits") : foreign(watch || _("unknown"))]);
    const names = overwrites && overwrites.writers.length > 0 ? frequent(overwrites) : last(lastWriters || []);
    return [facts(rows), names];
}

function last(all) {
    if (all.length === 0) return nothing(_("No program was seen to overwrite the list."));
    return table(_("Last writers"), [_("Program"), _("Unit"), _("When")], all.map(({ at, writer }) => [
        lines([program(writer), writer.parent
            ? element("span", { class: "faint" }, phrase(_("started by $0"), program(writer.parent))) : null].filter(Boolean)),
        writer.unit ? foreign(writer.unit) : "–", moment(at)]));
}

function frequent(overwrites) {
    return table(_("Writers"), [_("Program"), _("Unit"), _("Writes")], overwrites.writers.map(writer =>
        [program(writer), writer.unit ? foreign(writer.unit) : "–", count(writer.count)]));
}

function program({ command, pid }) {
    return element("span", {}, command ? foreign(command) : _("a program that has ended"), ` (${pid})`);
}

// MARK: Connections

/** What AMT cuts off, and what was kept off its ports. */
export function connections({ victims, victimCount, nat }) {
    if (!victims && !nat) return [nothing(_("Only a running amtguardd knows this."))];
    const translated = nat && nat.victimCount;
    const rows = [[_("Cut off by AMT"), cut(victimCount, translated), victimCount > 0 || translated > 0 ? "bad" : null]];
    if (nat && (nat.translation !== "no" || nat.inForce)) {
        rows.push([_("Address translation"), nat.translation === "yes" ? _("in use") : _("unknown")]);
        rows.push([_("Redrawn"), count(nat.redrawn)], [_("Refused"), count(nat.refused)]);
        rows.push([_("Redraw table"), ...standingOf(nat)]);
    } else {
        rows.push([_("Address translation"), nat ? _("not in use") : _("unknown")]);
    }
    const all = [...(victims || []).map(socket => [foreign(local(socket)), foreign(socket.remote || "–"), foreign(owner(socket)),
        socket.since ? moment(socket.since) : "–"]),
    ...(nat && nat.victims || []).map(flow => [foreign(flow.translated), foreign(flow.remote), foreign(flow.origin), moment(flow.since)])];
    return [facts(rows), all.length > 0
        ? table(_("Victims"), [_("From"), _("To"), _("Whose"), _("Since")], all) : null].filter(Boolean);
}

function cut(sockets, translated) {
    if (typeof sockets !== "number") return _("unknown");
    const all = sockets + (translated || 0);
    return all === 0 ? _("none") : cockpit.format(cockpit.ngettext("$0 connection", "$0 connections", all), count(all));
}

function standingOf(nat) {
    if (nat.inForce) return nat.owned === false ? [_("in force, but other programs can delete it"), "doubtful"] : [_("in force")];
    if (nat.inForce === null) return [_("unknown")];
    return nat.addresses.length === 0 ? [_("not in force: AMT is not known to share an address")] : [_("not in force"), "bad"];
}

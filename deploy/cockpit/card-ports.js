// The ports: the picture, and what amtguard does for each of them.

import { element, foreign, lines, nothing, table } from "./dom.js";
import { picture } from "./picture.js";
import { local, owner, standing } from "./sockets.js";

const _ = cockpit.gettext;

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
        return [
            first === last ? String(first) : `${first}-${last}`,
            element("span", { class: `state ${tone}` }, state),
            list(port.held, port.held === null ? _("unknown") : "–"),
            takers(port),
        ];
    });
    if (rows.length === 0) return [picture(ports, victims), nothing(_("No port is required."))];
    const columns = [_("Port"), _("State"), _("Held on"), _("Used by")];
    const all = [picture(ports, victims), table(_("Required ports"), columns, rows)];
    if (ports.autobindReuse) {
        all.push(nothing(_("ip_autobind_reuse is on: the kernel may still choose a held port that is not reserved.")));
    }
    return all;
}

/** Neighbours of which the same is to be said share a row. */
function neighbours(each) {
    const groups = [];
    for (const { port: number, ...port } of each) {
        const group = groups[groups.length - 1];
        const same = group && group.last === number - 1 && JSON.stringify(group.port) === JSON.stringify(port);
        if (same) group.last = number;
        else groups.push({ first: number, last: number, port });
    }
    return groups;
}

function takers(port) {
    if (!port.takenBy) return _("unknown");
    if (port.takenBy.length === 0) return "–";
    const more = (port.takers || 0) - port.takenBy.length;
    const all = port.takenBy.map(socket => element("span", { class: socket.standing === "victim" ? "bad" : null },
        `${socket.protocol} `, foreign(local(socket)), ", ", foreign(owner(socket)), `: ${standing(socket)}`));
    return lines(more > 0 ? [...all, cockpit.format(_("and $0 more"), more)] : all);
}

function list(values, otherwise) {
    return values && values.length > 0 ? lines(values.map(foreign)) : otherwise;
}

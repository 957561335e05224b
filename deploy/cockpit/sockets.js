// What the page says of a socket of the status.

const _ = cockpit.gettext;

const STANDINGS = {
    "victim": _("AMT takes its packets"),
    "unknown": _("perhaps AMT takes its packets"),
    "lms": _("presumably Intel LMS"),
    "own": "amtguard",
    "probe": _("a probe"),
    "local": _("within this host"),
    "elsewhere": _("not on AMT's address"),
    "idle": _("keeps the port, as a hold does"),
    "orphan": _("no program has it"),
    "other-protocol": _("AMT takes only TCP here"),
};

/** `192.0.2.20:16994`, `*:623`, `[2001:db8::1]:664` */
export function local({ address, port }) {
    return `${address.includes(":") ? `[${address}]` : address === "0.0.0.0" ? "*" : address}:${port}`;
}

/** `session-3.scope (uid 1000)` */
export function owner({ unit, uid }) {
    return unit ? `${unit} (uid ${uid})` : `uid ${uid}`;
}

/** Why it counts, or does not. */
export function standing(socket) {
    return STANDINGS[socket.standing] || socket.standing;
}

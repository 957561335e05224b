// Sets of ports, and the state of each of the 65,536, as `amtguardctl ports` draws them.

const _ = cockpit.gettext;

/**
 * A set in the kernel's notation, `623,664,16992-16995`, as a list of [first, last].
 * @returns {Array<[number, number]>|null} null if it is not known, or not a set.
 */
export function parse(text) {
    if (typeof text !== "string") return null;
    if (text === "") return [];
    const ranges = text.split(",").map(part => {
        const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
        return match && [Number(match[1]), Number(match[2] || match[1])];
    });
    return ranges.every(range => range && range[0] <= range[1] && range[1] < 65536) ? ranges : null;
}

/** A set as it is shown: after each comma a line may break. */
export function shown(text) {
    return text.replaceAll(",", ", ");
}

/** The states, the most serious first: a name for the style sheet, and what the legend says. */
export const MARKS = [
    ["victim", _("A connection uses it, and AMT takes its packets")],
    ["exposed", _("Required, and the kernel may choose it")],
    ["doubtful", _("Required; whether it is reserved is unknown")],
    ["owned", _("Reserved by amtguard")],
    ["kept", _("Required and reserved, but not owned by a running amtguardd")],
    ["outside", _("Required, not reserved, outside the local port range")],
    ["others", _("Reserved by other programs")],
    ["choice", _("Local port range, from which the kernel chooses")],
];

/**
 * The ports of a status as strokes of neighbours in the same state.
 * @returns {Array<{mark: string, first: number, last: number}>} In the order of the ports.
 */
export function strokes(ports, victims) {
    const marks = new Array(65536).fill(null);
    const paint = (set, mark, among = () => true) => {
        for (const [first, last] of set || []) {
            for (let port = first; port <= last; port++) if (among(port)) marks[port] = mark;
        }
    };
    const required = parse(ports.required);
    const reach = parse(ports.reach);
    const reserved = parse(ports.reserved);
    paint(reach, "choice");
    if (reserved) {
        const listed = members(reserved);
        const reachable = reach && members(reach);
        paint(reserved, "others");
        paint(required, "kept", port => listed.has(port));
        paint(parse(ports.owned), "owned", port => listed.has(port));
        paint(required, "outside", port => !listed.has(port));
        paint(required, "exposed", port => !listed.has(port) && (!reachable || reachable.has(port)));
    } else {
        paint(required, "doubtful");
    }
    paint((victims || []).map(victim => [victim.port, victim.port]), "victim");
    return joined(marks);
}

function members(ranges) {
    const set = new Set();
    for (const [first, last] of ranges) for (let port = first; port <= last; port++) set.add(port);
    return set;
}

function joined(marks) {
    const strokes = [];
    marks.forEach((mark, port) => {
        const last = strokes[strokes.length - 1];
        if (!mark) return;
        if (last && last.mark === mark && last.last === port - 1) last.last = port;
        else strokes.push({ mark, first: port, last: port });
    });
    return strokes;
}

/** The ports in these strokes, in the kernel's notation. */
export function listed(strokes) {
    return strokes.map(({ first, last }) => first === last ? `${first}` : `${first}-${last}`).join(",");
}

// The ports from 0 to 65535 as one bar, a scale below it, and a legend that says the same in words.

import { drawn, element } from "./dom.js";
import { MARKS, listed, parse, shown, strokes } from "./ports.js";

const _ = cockpit.gettext;
const LEGEND = "ports-legend";
const END = 65535;
const DIGIT = 8; // pixels of the scale's type, generously
// The taller, the more it matters; the height says it to those who see no difference between the colours.
const HEIGHTS = { victim: 40, exposed: 40, doubtful: 40, owned: 40, kept: 40, outside: 40, others: 28, choice: 16 };

/** The picture of the ports of a status. Its legend says in words what it shows. */
export function picture(ports, victims) {
    const all = strokes(ports, victims);
    const groups = MARKS.map(([mark, meaning]) => {
        const strokes = all.filter(stroke => stroke.mark === mark);
        // Of the local port range the whole is named, and not what is left between reserved ports.
        return { mark, meaning, strokes, numbers: mark === "choice" ? shown(ports.reach || "") : abbreviated(strokes) };
    }).filter(group => group.strokes.length > 0);
    // The most serious is painted last: a stroke is at least three pixels wide, and may cover its neighbours.
    const bar = drawn("svg", { class: "bar", width: "100%", height: "44", role: "img",
        "aria-label": _("The ports from 0 to 65535 as a bar"), "aria-describedby": LEGEND },
    drawn("rect", { class: "ground", x: "0", y: "2", width: "100%", height: "40" }),
    ...[...groups].reverse().flatMap(group => group.strokes.map(stroke => rectangle(stroke))));
    const scale = drawn("svg", { class: "scale", width: "100%", height: "20", "aria-hidden": "true" });
    watchWidth(scale, landmarks(ports));
    return element("figure", {}, bar, scale, legend(groups));
}

function rectangle({ mark, first, last }) {
    const height = HEIGHTS[mark];
    const share = ports => `${(ports * 100 / (END + 1)).toFixed(4)}%`;
    return drawn("rect", { class: `mark ${mark}`, x: share(first), width: share(last - first + 1),
        y: String(42 - height), height: String(height) });
}

function legend(groups) {
    return element("figcaption", {}, element("ul", { class: "legend", id: LEGEND }, ...groups.map(group =>
        element("li", {}, element("span", { class: `swatch ${group.mark}`, "aria-hidden": "true" }),
            element("span", {}, `${group.meaning}: `, element("span", { class: "numbers" }, group.numbers))))));
}

/** At most eight strokes: others may reserve hundreds. */
function abbreviated(all) {
    const text = shown(listed(all.slice(0, 8)));
    return all.length > 8 ? `${text}, …` : text;
}

/** The numbers for the scale, the most important first. */
function landmarks(ports) {
    return [...(parse(ports.required) || []).map(range => range[0]), ...(parse(ports.reach) || []).flat(), END, 0];
}

/** Writes as many numbers below the bar as its width has room for, now and whenever the width changes. */
function watchWidth(scale, numbers) {
    new ResizeObserver(([entry]) => {
        const width = entry.contentRect.width;
        const taken = [];
        const labels = [];
        for (const port of numbers) {
            const room = String(port).length * DIGIT;
            const at = port * width / (END + 1);
            const start = [at, at - room].find(left => left >= 0 && left + room <= width &&
                taken.every(([from, to]) => left > to + DIGIT || left + room < from - DIGIT));
            if (start === undefined) continue;
            taken.push([start, start + room]);
            labels.push(drawn("text", { x: start.toFixed(1), y: "14" }, String(port)));
        }
        scale.replaceChildren(...labels);
    }).observe(scale);
}

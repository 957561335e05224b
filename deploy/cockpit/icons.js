// One sign for each tone, so that a verdict is not told by its colour alone.

import { drawn } from "./dom.js";

const SHAPES = {
    good: ["M12 1.5 21 5v6.5c0 5.2-3.8 9.4-9 11-5.2-1.6-9-5.8-9-11V5z", "m7.5 12 3.2 3.2 5.8-6.2"],
    doubtful: ["M12 2 23 21.5H1z", "M12 9v6.2M12 17.6v1.4"],
    bad: ["M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21z", "M12 6.2v7.2M12 16v1.8"],
    unknown: ["M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21z", "M7 12h.1M12 12h.1M17 12h.1"],
};

/** The sign of a tone; a screen reader gets the word beside it instead. */
export function icon(tone) {
    const [shape, sign] = SHAPES[tone] || SHAPES.unknown;
    return drawn("svg", { viewBox: "0 0 24 24", width: "40", height: "40" },
        drawn("path", { class: "shape", d: shape }), drawn("path", { class: "sign", d: sign }));
}

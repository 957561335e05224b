// The verdict: one word, one sentence why, and what to do.

import { sentence } from "./dom.js";
import { SCHEMA } from "./manager.js";
import { parse, shown } from "./ports.js";

const _ = cockpit.gettext;

const WORDS = {
    "protected": [_("Protected"), "good"],
    "not-needed": [_("Not needed"), "good"],
    "degraded": [_("Degraded"), "doubtful"],
    "exposed": [_("Exposed"), "bad"],
};

/** The word of a verdict and its tone; a verdict of tomorrow is shown as it is. */
export function word(verdict) {
    return WORDS[verdict] || [verdict || _("Unknown"), "doubtful"];
}

/**
 * What the top of the page says.
 * @param {Object} situation - Of the manager.
 * @param {Object|null} own - What amtguardctl saw itself, where the daemon did not answer.
 * @returns {{word: string, tone: string, why: string, says: string}} A sentence of the page, and one of amtguard's own,
 *   which is English; each may be empty.
 */
export function verdict(situation, own) {
    switch (situation.kind) {
    case "asking":
        return head(_("Asking amtguardd …"), "unknown", "");
    case "status":
        return judged(situation.status);
    case "absent":
        return head(_("Not running"), exposed(own) ? "bad" : "doubtful", here(own));
    case "silent":
        return head(_("No answer"), exposed(own) ? "bad" : "doubtful",
            cockpit.format(_("amtguardd does not answer ($0). $1"), situation.message, here(own)));
    case "bus":
        return { ...(own && own.verdict ? judged(own) : head(_("Unknown"), exposed(own) ? "bad" : "doubtful")),
            why: cockpit.format(_("The system bus can't be reached ($0). $1"), situation.problem,
                own && own.verdict ? _("amtguardctl reports this; it looks every ten seconds.") : here(own)) };
    case "foreign":
        return head(...word(situation.verdict), stranger(situation));
    }
}

function head(word, tone, why = "", says = "") {
    return { word, tone, why, says };
}

function judged(status) {
    const [name, tone] = word(status.verdict);
    if (status.verdict === "protected") {
        const required = shown(status.ports.required || "");
        return head(name, tone, cockpit.format(_("The kernel chooses none of AMT's ports, $0."), required));
    }
    const evidence = status.amt && status.amt.evidence || [];
    const first = status.verdict === "not-needed" ? evidence[0] : status.reasons[0];
    return head(name, tone, exposed(status) ? chosen(status) : "", first ? sentence(first.says) : "");
}

function stranger({ version, schema }) {
    const who = cockpit.format(_("amtguardd $0"), version || _("of an unknown version"));
    return schema === null
        ? cockpit.format(_("$0 gives no status that this page can read. Update amtguard."), who)
        : cockpit.format(_("$0 speaks format $1, and this page reads format $2. Give both packages one version."),
            who, schema, SCHEMA);
}

function exposed(status) {
    return Boolean(status && status.ports && status.ports.exposed);
}

function chosen(status) {
    return cockpit.format(_("The kernel may choose $0 for a connection."), shown(status.ports.exposed));
}

/** What follows on this machine while no daemon guards. */
function here(own) {
    if (!own || !own.ports) return _("Whether AMT's ports are reserved is unknown.");
    const required = parse(own.ports.required) || [];
    if (required.length === 0) return _("No port has to be reserved on this machine.");
    if (exposed(own)) return chosen(own);
    if (own.ports.reserved === null) return _("Whether AMT's ports are reserved is unknown.");
    const names = shown(own.ports.required);
    return cockpit.format(_("The kernel does not choose $0 now, but no daemon repairs the list."), names);
}

/**
 * The reasons with what to do, the most serious first.
 * @returns {{title: string, tone: string, reasons: Array<{says: string, advice: string|null}>}}
 */
export function advice(situation, own) {
    const told = situation.kind === "status" ? situation.status : situation.kind === "foreign" ? null : own;
    const reasons = told && told.reasons || [];
    const well = situation.kind === "status" && word(told.verdict)[1] === "good";
    const title = well ? _("Remarks") : _("What to do");
    return { title, tone: well ? "faint" : verdict(situation, own).tone, reasons };
}

/** How Cockpit shows this page in its menu and in its overview; null if all is well. */
export function notice(situation, own) {
    if (situation.kind === "asking") return null;
    const { word: name, tone } = verdict(situation, own);
    if (tone === "good") return null;
    return { type: tone === "bad" ? "error" : "warning", title: cockpit.format(_("Intel AMT ports: $0"), name) };
}

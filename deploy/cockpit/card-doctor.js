// What `amtguardctl doctor` finds in the settings of other programs.

import { element, foreign, nothing, phrase, sentence } from "./dom.js";

const _ = cockpit.gettext;

const SEVERITIES = {
    problem: [_("Problem"), "bad"],
    warning: [_("Warning"), "doubtful"],
    unknown: [_("Unknown"), "faint"],
    note: [_("Note"), "faint"],
};

/**
 * The card of the doctor.
 * @param {{report: Object?, error: string?}|null} answer - null until amtguardctl has answered.
 */
export function doctor(answer) {
    if (!answer) return [nothing(_("amtguardctl doctor is looking …"))];
    if (answer.error) {
        return [element("p", { class: "doubtful" }, phrase(_("amtguardctl doctor failed: $0"), foreign(answer.error)))];
    }
    const report = answer.report;
    const told = (report.findings || []).filter(finding => finding.severity !== "ok");
    const checks = cockpit.format(cockpit.ngettext("$0 check of settings that endanger AMT's ports.",
        "$0 checks of settings that endanger AMT's ports.", report.checks), report.checks);
    if (told.length === 0) return [element("p", {}, checks, " ", _("All of them passed."))];
    const order = Object.keys(SEVERITIES);
    told.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    return [element("p", {}, checks), element("ul", { class: "findings" }, ...told.map(item))];
}

function item(finding) {
    const [word, tone] = SEVERITIES[finding.severity] || [finding.severity, "doubtful"];
    const place = finding.file && `${finding.file}${finding.line ? `:${finding.line}` : ""}`;
    return element("li", { class: tone },
        element("h3", {}, element("span", { class: "badge" }, word), " ", foreign(finding.component),
            place ? element("code", {}, ` ${place}`) : null),
        element("p", { class: "says" }, foreign(sentence(finding.says))),
        finding.consequence && element("p", {}, foreign(sentence(finding.consequence))) || null,
        finding.change && element("p", { class: "change" }, foreign(sentence(finding.change))) || null,
        element("p", { class: "faint" }, phrase(_("Explained in $0"), element("code", {}, finding.link))));
}

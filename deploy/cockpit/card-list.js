// The list, and the programs that overwrite it.

import { count, element, facts, foreign, lines, moment, nothing, phrase, table } from "./dom.js";
import { shown } from "./ports.js";

const _ = cockpit.gettext;

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
        const found = repairs.last.found ? foreign(shown(repairs.last.found)) : _("an empty list");
        rows.push([_("Last repair"), lines([moment(repairs.last.at), phrase(_("found: $0"), found)])]);
    }
    rows.push([_("Watched by"), watch === "none" ? _("nothing but audits") : foreign(watch || _("unknown"))]);
    const names = overwrites && overwrites.writers.length > 0 ? frequent(overwrites) : last(lastWriters || []);
    return [facts(rows), names];
}

function last(all) {
    if (all.length === 0) return nothing(_("No program was seen to overwrite the list."));
    const rows = all.map(({ at, writer }) => {
        const names = [program(writer)];
        if (writer.parent) {
            names.push(element("span", { class: "faint" }, phrase(_("started by $0"), program(writer.parent))));
        }
        return [lines(names), writer.unit ? foreign(writer.unit) : "–", moment(at)];
    });
    return table(_("Last writers"), [_("Program"), _("Unit"), _("When")], rows);
}

function frequent(overwrites) {
    return table(_("Writers"), [_("Program"), _("Unit"), _("Writes")], overwrites.writers.map(writer =>
        [program(writer), writer.unit ? foreign(writer.unit) : "–", count(writer.count)]));
}

function program({ command, pid }) {
    return element("span", {}, command ? foreign(command) : _("a program that has ended"), ` (${pid})`);
}

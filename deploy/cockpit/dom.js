// Elements of the page. What other programs say goes in as text, never as markup.

const _ = cockpit.gettext;

/**
 * Makes an element.
 * @param {string} name - The tag.
 * @param {Object<string, string>} attributes - Without those that are null.
 * @param {...(Node|string|null)} children - Without those that are null.
 */
export function element(name, attributes, ...children) {
    return filled(document.createElement(name), attributes, children);
}

/** Makes an element of SVG; see `element`. */
export function drawn(name, attributes, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes || {})) {
        if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    node.append(...children.filter(child => child !== null && child !== undefined));
    return node;
}

/** Text of another program, or of amtguard, which speaks English. It can't turn the text around it. */
export function foreign(text) {
    return element("bdi", { lang: "en" }, String(text));
}

/** A sentence of amtguard, which begins in lower case as in its journal; a name at its beginning stays as it is. */
export function sentence(text) {
    return /^(?!amtguard)[a-z]+[ ,]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** A moment of the status, `2026-11-29T14:45:56Z`, in the reader's time zone and language. */
export function moment(text) {
    const date = new Date(text);
    if (isNaN(date)) return foreign(text);
    const words = date.toLocaleString(language(), { dateStyle: "medium", timeStyle: "medium" });
    return element("time", { datetime: text }, words);
}

/** The language of the page in the notation of HTML: `de`, `pt-BR`. */
export function language() {
    return (cockpit.language || "en").replace("_", "-");
}

/**
 * A list of facts.
 * @param {Array<[string, Node|string, string?]>} rows - A label, a value, and `good`, `doubtful`, `bad` or `faint`.
 */
export function facts(rows) {
    const list = element("dl", {});
    for (const [label, value, tone] of rows) {
        list.append(element("dt", {}, label), element("dd", { class: tone }, value));
    }
    return list;
}

/**
 * A table. On a narrow page each cell has its heading beside it, so the roles are named: CSS would take them away.
 * @param {string} label - What a screen reader calls it.
 * @param {Array<string>} columns - The headings.
 * @param {Array<Array<Node|string>>} rows - The cells.
 */
export function table(label, columns, rows) {
    const head = element("tr", { role: "row" }, ...columns.map(column =>
        element("th", { role: "columnheader", scope: "col" }, column)));
    const body = rows.map(row => element("tr", { role: "row" }, ...row.map((cell, index) =>
        element("td", { role: "cell", "data-label": columns[index] }, element("div", {}, cell)))));
    return element("table", { role: "table", "aria-label": label },
        element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...body));
}

/** A sentence with nodes in the places of `$0`, `$1`, …, wherever a translation has them. */
export function phrase(format, ...nodes) {
    return element("span", {}, ...format.split(/\$(\d)/).map((part, index) => index % 2 ? nodes[Number(part)] : part));
}

/** A paragraph for what is not known, or not there. */
export function nothing(text) {
    return element("p", { class: "faint" }, text);
}

/** Several values, each on its own line. */
export function lines(values) {
    return element("div", {}, ...values.map(value => element("div", {}, value)));
}

/** A number as the reader's language writes it. */
export function count(number) {
    return typeof number === "number" ? number.toLocaleString(language()) : _("unknown");
}

/**
 * Fills `node` anew when `key` has changed, so that a selection and the focus outlive an update that changes nothing.
 * @param {Element} node
 * @param {*} key - What the content is made of.
 * @param {function(): Array<Node>} build
 */
export function renew(node, key, build) {
    const text = JSON.stringify(key === undefined ? null : key);
    if (keys.get(node) === text) return;
    keys.set(node, text);
    try {
        node.replaceChildren(...build());
    } catch (error) {
        // A status of tomorrow may surprise one part of the page, and must not take the verdict with it.
        console.error(error);
        node.replaceChildren(nothing(_("This page does not understand this part of the status.")));
    }
}
const keys = new WeakMap();

/** Sets a text when it differs: a screen reader says a live region again at each change. */
export function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

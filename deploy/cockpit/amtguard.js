// The page: what amtguardd says goes in at `situation`, and comes out as the verdict, the advice and the cards.

import { amt } from "./card-amt.js";
import { connections } from "./card-connections.js";
import { doctor } from "./card-doctor.js";
import { writers } from "./card-list.js";
import { ports } from "./card-ports.js";
import { findings, ownLook } from "./command.js";
import { element, foreign, language, moment, phrase, renew, say, sentence } from "./dom.js";
import { icon } from "./icons.js";
import { Manager, text } from "./manager.js";
import { advice, notice, verdict } from "./verdict.js";

const _ = cockpit.gettext;
const at = id => document.getElementById(id);
const body = id => document.querySelector(`#${id} .body`);

const LOOK = 10000; // ms between two looks of amtguardctl while no daemon answers

let situation = { kind: "asking" };
let own = null;      // what amtguardctl saw itself; null while a daemon answers, and until it has looked
let diagnosis = null;
let lookAgain = null;

// MARK: What is shown

function show() {
    showVerdict();
    showAdvice();
    const status = situation.kind === "status" ? situation.status : own || {};
    renew(body("ports"), [status.ports, status.victims], () => ports(status));
    renew(body("amt"), [status.amt, status.probe], () => amt(status));
    renew(body("list"), [status.repairs, status.prevented, status.lastWriters, status.overwrites, status.watch],
        () => writers(status));
    renew(body("connections"), [status.victims, status.victimCount, status.nat, !status.repairs],
        () => connections(status));
    renew(body("doctor"), diagnosis, () => doctor(diagnosis));
    // The sign in the menu, and the line in the overview.
    cockpit.transport.control("notify", { page_status: notice(situation, own) });
}

function showVerdict() {
    const { word, tone, why, says } = verdict(situation, own);
    at("verdict").className = tone;
    renew(at("verdict-icon"), tone, () => [icon(tone)]);
    say(at("verdict-word"), word);
    renew(at("verdict-why"), [why, says], () => [why, why && says ? " " : "", says ? foreign(says) : ""]);
    const status = situation.kind === "status" ? situation.status : null;
    renew(at("verdict-when"), [status && status.since, status && status.observed], () => status && status.observed
        ? [...(status.since ? [phrase(_("Since $0."), moment(status.since)), " "] : []),
            phrase(_("Last seen $0 by $1."), moment(status.observed.at), foreign(`amtguardd ${status.version}`))] : []);
}

function showAdvice() {
    const { title, tone, reasons } = advice(situation, own);
    const { says } = verdict(situation, own);
    at("advice").hidden = reasons.length === 0;
    at("advice").className = tone;
    say(at("advice-title"), title);
    renew(document.querySelector("#advice ul"), [reasons, says], () => reasons.map(reason => element("li", {},
        // The verdict has said it.
        sentence(reason.says) === says && reason.advice ? null
            : element("p", { class: reason.advice ? "says" : null }, foreign(sentence(reason.says))),
        reason.advice ? element("p", { class: "change" }, foreign(reason.advice)) : null)));
}

// MARK: What is asked

/** While no daemon answers, amtguardctl looks in its place, as long as the page is seen. */
async function look() {
    window.clearTimeout(lookAgain);
    if (!["absent", "silent", "bus"].includes(situation.kind)) return;
    const seen = await ownLook().catch(() => null);
    if (!["absent", "silent", "bus"].includes(situation.kind)) return;
    own = seen;
    show();
    if (!unseen()) lookAgain = window.setTimeout(look, LOOK);
}

let due = true;
let diagnosing = false;

/** The doctor looks once at a time, and only for a reader; else it looks when there is one. */
async function diagnose() {
    due = true;
    if (diagnosing || unseen()) return;
    diagnosing = true;
    while (due) {
        due = false;
        diagnosis = await findings().then(report => ({ report }), error => ({ error: text(error) }));
        show();
    }
    diagnosing = false;
}

const manager = new Manager(told => {
    const former = basis();
    situation = told;
    if (told.kind === "status" || told.kind === "foreign") own = null;
    show();
    look();
    if (basis() !== former) {
        diagnose();
        forget();
    }
});

/** What the doctor judges by, beside files: when it changes, the doctor looks again. */
function basis() {
    const { verdict, mode } = situation.status || situation;
    return [situation.kind, verdict, mode].join();
}

/** Cockpit loads the page for its sign in the menu. It says a little later that nobody sees it; the size says it at once. */
function unseen() {
    return cockpit.hidden || window.innerWidth === 0;
}

cockpit.addEventListener("visibilitychange", look);
for (const [target, event] of [[cockpit, "visibilitychange"], [window, "resize"]]) {
    target.addEventListener(event, () => { if (due) diagnose(); });
}

// MARK: What can be done

/** Does what a button says, once at a time, and tells how it went. The button keeps the focus meanwhile. */
function act(button, action, done, refused) {
    button.addEventListener("click", async () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true");
        tell("", "");
        try {
            await action();
            tell("good", done);
        } catch (error) {
            tell("bad", refused(error));
        }
        button.removeAttribute("aria-disabled");
        manager.refresh();
        diagnose();
    });
}

let toldAt = 0;
const FRESH = 3000; // ms in which a change is the consequence of what was done

/** What an action told is no news once things have changed since. */
function forget() {
    if (Date.now() - toldAt > FRESH) tell("", "");
}

function tell(tone, words) {
    toldAt = Date.now();
    at("told").className = tone;
    say(at("told"), words && `${new Date().toLocaleTimeString(language())}: ${words}`);
}

const DENIED = ["AccessDenied", "AuthFailed", "InteractiveAuthorizationRequired"]
    .map(name => `org.freedesktop.DBus.Error.${name}`);

act(at("check"), () => manager.check(), _("amtguardd has looked."),
    error => cockpit.format(_("amtguardd could not be asked to look: $0"), text(error)));
act(at("reload"), () => manager.reload(), _("amtguardd has read its configuration again."), error => {
    if (DENIED.includes(error.name) || error.problem === "access-denied") {
        return _("Reload was refused: it needs administrative access. Turn it on at the top, and try again.");
    }
    if (error.name === "org.amtguard1.Error.ConfigurationRefused") {
        return cockpit.format(_("The configuration was refused, and the former one stays in force: $0"), text(error));
    }
    return cockpit.format(_("amtguardd did not reload: $0"), text(error));
});

// The button stays usable without: a rule of polkit may allow it.
const permission = cockpit.permission({ admin: true });
function permitted() {
    const denied = permission.allowed === false;
    at("reload-hint").hidden = !denied;
    // A screen reader would say a hidden hint all the same.
    if (denied) at("reload").setAttribute("aria-describedby", "reload-hint");
    else at("reload").removeAttribute("aria-describedby");
    diagnose();
}
permission.addEventListener("changed", permitted);
permitted();

cockpit.translate();
show();

// org.amtguard1 on the system bus; see org.amtguard1(5).

const NAME = "org.amtguard1";
const PATH = "/org/amtguard1";
const INTERFACE = "org.amtguard1.Manager";
const PROPERTIES = "org.freedesktop.DBus.Properties";
const UNKNOWN = "org.freedesktop.DBus.Error.UnknownMethod";

/** The format of the status that this page reads. */
export const SCHEMA = 1;

const PATIENCE = 10000; // ms that an answer may take: the daemon's limits may hold one back for a second
const PASSWORD = 120000; // ms that polkit may take to ask for a password
const REST = 100;       // ms between two questions: properties change at most ten times a second
const LOOK = 30000;     // ms after which the page asks by itself, while it is seen: some keys have no property
const RETRY = 5000;     // ms until the bus is tried again

/**
 * Follows amtguardd, and tells how it is:
 *
 * - `{ kind: "status", status }`: its status, from `Describe()`. The properties would do for a part of it, but UINT64
 *   beyond 2^53 is rounded on its way here.
 * - `{ kind: "absent" }`: nobody has its name.
 * - `{ kind: "silent", message }`: it has its name, and gave no answer.
 * - `{ kind: "foreign", schema, version, verdict }`: its status has another format; null for what is not known.
 * - `{ kind: "bus", problem }`: there is no bus. It is tried again.
 */
export class Manager {
    #tell;
    #client = null;
    #owner = null;
    #asking = false;
    #again = false;
    #look = null;

    /** @param {function(Object)} tell - Called with each of the above. */
    constructor(tell) {
        this.#tell = tell;
        this.#connect();
        cockpit.addEventListener("visibilitychange", () => this.refresh());
    }

    #connect() {
        const client = cockpit.dbus(NAME, { bus: "system" });
        this.#client = client;
        client.addEventListener("owner", (_event, owner) => this.#owned(owner));
        client.addEventListener("close", (_event, options) => {
            this.#owner = null;
            this.#tell({ kind: "bus", problem: (options && options.problem) || "disconnected" });
            window.setTimeout(() => this.#connect(), RETRY);
        });
        const changed = () => this.refresh();
        client.subscribe({ path: PATH, interface: INTERFACE }, changed);
        client.subscribe({ path: PATH, interface: PROPERTIES, member: "PropertiesChanged" }, changed);
    }

    #owned(owner) {
        this.#owner = owner;
        if (owner) this.refresh();
        else this.#tell({ kind: "absent" });
    }

    /** Asks for the status: one question at a time, and one more after it for all changes meanwhile. */
    async refresh() {
        if (!this.#owner) return;
        this.#again = true;
        if (this.#asking) return;
        this.#asking = true;
        while (this.#again && this.#owner) {
            this.#again = false;
            await this.#ask(this.#owner);
            await new Promise(done => window.setTimeout(done, REST));
        }
        this.#asking = false;
        window.clearTimeout(this.#look);
        if (!cockpit.hidden) this.#look = window.setTimeout(() => this.refresh(), LOOK);
    }

    async #ask(owner) {
        const told = await this.#describe().catch(error => ({ kind: "silent", message: text(error) }));
        // What a daemon said that is gone by now is not so any more.
        if (owner === this.#owner) this.#tell(told);
    }

    async #describe() {
        let status;
        try {
            const [json] = await this.#call(this.#client, INTERFACE, "Describe");
            status = JSON.parse(json);
        } catch (error) {
            if (error.name !== UNKNOWN && !(error instanceof SyntaxError)) throw error;
        }
        if (status && status.schema === SCHEMA) return { kind: "status", status };
        // Each version has these two properties, whatever its format.
        const [verdict, version] = await Promise.all(["Verdict", "Version"].map(name => this.#property(name)));
        return { kind: "foreign", schema: status ? status.schema : null, version, verdict };
    }

    #property(name) {
        return this.#call(this.#client, PROPERTIES, "Get", [INTERFACE, name], "ss")
            .then(([value]) => value.v, () => null);
    }

    #call(client, place, method, values = [], type = "", timeout = PATIENCE) {
        return client.call(PATH, place, method, values, { type, timeout });
    }

    /** Looks at the list now. Every user may. */
    check() {
        return this.#call(this.#client, INTERFACE, "Check");
    }

    /** Reads the configuration again: as root where the session has administrative access, else as polkit decides. */
    async reload() {
        const client = cockpit.dbus(NAME, { bus: "system", superuser: "try" });
        try {
            await this.#call(client, INTERFACE, "Reload", [], "", PASSWORD);
        } finally {
            client.close();
        }
    }
}

/** What went wrong, in a sentence of the bus, of the daemon, or of Cockpit. */
export function text(error) {
    return error.message || error.problem || String(error);
}

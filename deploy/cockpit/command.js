// amtguardctl, for what the bus does not tell: the doctor's findings, and a look of its own while no daemon answers.

/**
 * Runs amtguardctl and reads its JSON. The exit status is a verdict, so it is not an error where there is an answer.
 * @param {Array<string>} words - The arguments.
 * @param {Object} options - Of `cockpit.spawn`.
 */
function ask(words, options) {
    return new Promise((resolve, reject) => {
        let output = "";
        const answer = error => {
            try {
                resolve(JSON.parse(output));
            } catch (unreadable) {
                reject(error || unreadable);
            }
        };
        cockpit.spawn(["amtguardctl", ...words], { err: "message", ...options })
            .stream(data => { output += data; })
            .then(() => answer(null), answer);
    });
}

/** The status as amtguardctl sees it: by the state file of a daemon that has no bus, else with its own eyes. */
export const ownLook = () => ask(["status", "--json"], {});

/** The doctor's findings. As another user than root it can't read every setting, and says which. */
export const findings = () => ask(["doctor", "--json"], { superuser: "try" });

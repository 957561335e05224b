// Light or dark, as the shell's menu "Style" says. A classic script in the head: a module would run after the first
// paint, and a dark page would flash white.
(() => {
    const system = window.matchMedia("(prefers-color-scheme: dark)");

    /** Applies `light`, `dark` or `auto`; without one, what the shell has stored. */
    function apply(style) {
        const chosen = style || window.localStorage.getItem("shell:style") || "auto";
        const dark = chosen === "dark" || (chosen === "auto" && system.matches);
        document.documentElement.dataset.theme = dark ? "dark" : "light";
    }

    // The shell tells other frames by its storage, and its own frame by an event.
    window.addEventListener("storage", event => { if (event.key === "shell:style") apply(); });
    window.addEventListener("cockpit-style", event => apply(event.detail && event.detail.style));
    system.addEventListener("change", () => apply());
    apply();
})();

// Everything a page does beyond showing text: colours by choice, copying, and where the reader is.
// It runs in the head, so that the chosen colours are there before the first paint; without it a page
// reads the same and follows the system's colours.
(() => {
  const KEY = "offprint-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be closed to pages opened from disk
    }
  };
  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";

  function themeToggle(button) {
    const label = () => {
      button.setAttribute("aria-pressed", String(isDark()));
    };
    button.hidden = false;
    label();
    dark.addEventListener("change", label);
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      root.dataset.theme = theme;
      label();
      try {
        // A choice equal to the system's is no choice: the page follows the system again.
        if ((theme === "dark") === dark.matches) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, theme);
      } catch {
        // the choice lasts as long as this page
      }
    });
  }

  function copyButton(button) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected";
      }
      setTimeout(() => button.textContent = label, 2000);
    });
  }

  /** Marks the entry of the section being read in the table of contents. */
  function followReader(contents) {
    const links = new Map();
    for (const link of contents.querySelectorAll("a")) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading !== null) links.set(heading, link);
    }
    let waiting = false;
    const mark = () => {
      waiting = false;
      let current;
      // At the end of the page the last section is read, wherever its heading stands.
      const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
      for (const heading of links.keys()) {
        if (!atEnd && current !== undefined && heading.getBoundingClientRect().top > 120) break;
        current = heading;
      }
      for (const [heading, link] of links) {
        if (heading !== current) link.removeAttribute("aria-current");
        else if (!link.hasAttribute("aria-current")) {
          link.setAttribute("aria-current", "true");
          // Only the sidebar scrolls, never the page.
          const box = contents.getBoundingClientRect();
          const { top, bottom } = link.getBoundingClientRect();
          if (top < box.top || bottom > box.bottom) {
            contents.scrollTop += top - box.top - contents.clientHeight / 3;
          }
        }
      }
    };
    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    }, { passive: true });
    mark();
  }

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".theme-toggle").forEach(themeToggle);
    document.querySelectorAll("button.copy").forEach(copyButton);
    document.querySelectorAll(".sidebar").forEach(followReader);
  });
})();

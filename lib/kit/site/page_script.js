// Everything a page does beyond showing text: colours by choice, copying, folding, and where the reader is.
// It runs in the head, so that the chosen colours are there before the first paint; without it a page
// reads the same and follows the system's colours.
(() => {
  const KEY = "offprint-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const CODE_KEY = "offprint-code";
  const SCROLLING = ".drawing, .scroll, .katex-display, .output-html, .output [role=region], " +
    ".prose > p, .prose > ul, .prose > ol, .input:not(.is-long) > pre";
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be closed to pages opened from disk
    }
  };
  /** `null` forgets. */
  const store = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // the choice lasts as long as this page
    }
  };
  const chosen = stored(KEY);
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
      // A choice equal to the system's is no choice: the page follows the system again.
      store(KEY, (theme === "dark") === dark.matches ? null : theme);
    });
  }

  function copyButton(button) {
    const source = button.closest(".input").querySelector("pre");
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

  /** Opens or folds all code of the page, now and when the next page is opened. */
  function allCodeSwitch(button) {
    const folded = document.querySelectorAll("details.folded-code");
    const long = document.querySelectorAll("input.unfold");
    if (folded.length + long.length === 0) return;
    const show = (all) => {
      button.setAttribute("aria-pressed", String(all));
      button.textContent = all ? "Fold code again" : "Show all code";
      for (const details of folded) details.open = all;
      for (const box of long) box.checked = all;
    };
    button.hidden = false;
    if (stored(CODE_KEY) === "all") show(true);
    button.addEventListener("click", () => {
      const all = button.getAttribute("aria-pressed") !== "true";
      show(all);
      store(CODE_KEY, all ? "all" : null);
    });
  }

  /** Fades the side on which a wide formula, table or figure is cut, so that one sees it goes on. */
  function fadeWhereCut(box) {
    const mark = () => {
      const hidden = box.scrollWidth - box.clientWidth;
      const start = hidden > 1 && box.scrollLeft > 1;
      const end = hidden > 1 && box.scrollLeft < hidden - 1;
      box.classList.toggle("is-cut-start", start);
      box.classList.toggle("is-cut-end", end);
    };
    box.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(mark).observe(box);
    mark();
  }

  /** A link to a folded part opens it. */
  function openTarget() {
    let target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (; target !== null; target = target.parentElement) {
      if (target.tagName === "DETAILS") target.open = true;
    }
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
    document.querySelectorAll("button.all-code").forEach(allCodeSwitch);
    document.querySelectorAll(SCROLLING).forEach(fadeWhereCut);
    openTarget();
    addEventListener("hashchange", openTarget);
    document.querySelectorAll(".sidebar").forEach(followReader);
  });
})();

// Everything a page does beyond showing text: colours by choice, copying, folding, and where the reader is.
// It runs in the head, so that the chosen colours are there before the first paint; without it a page
// reads the same and follows the system's colours.
(() => {
  const KEY = "offprint-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const CODE_KEY = "offprint-code";
  const SCROLLING =
    ".drawing, .offprint-gallery figure > div, .scroll, .katex-display, .output-html, .output [role=region], " +
    ".prose > p, .prose > ul, .prose > ol, pre, .cm-scroller";
  /** `where` is the name of a storage: "localStorage", or "sessionStorage" for this tab alone. */
  const stored = (key, where = "localStorage") => {
    try {
      return globalThis[where].getItem(key);
    } catch {
      return null; // storage may be closed to pages opened from disk
    }
  };
  /** `null` forgets. */
  const store = (key, value, where = "localStorage") => {
    try {
      if (value === null) globalThis[where].removeItem(key);
      else globalThis[where].setItem(key, value);
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

  /** Marks of boxes that have been laid out. */
  const marks = new Set();

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
    // It calls once the box has a size, so that a page is not laid out anew for each box.
    new ResizeObserver(() => (marks.add(mark), mark())).observe(box);
  }

  /** Letters that arrive make a text wider, and its box stays as it is. */
  document.fonts.addEventListener("loadingdone", () => {
    for (const mark of marks) mark();
  });

  /** The reader says of each part that it has put into the page: an output of this session, an editor. */
  addEventListener("offprint-shown", ({ target }) => {
    const boxes = [target, ...target.querySelectorAll(SCROLLING)];
    boxes.filter((box) => box.matches(SCROLLING)).forEach(fadeWhereCut);
  });

  /** Frames without a change after which a page has found its form; after so few what moves it is somebody else. */
  const SETTLED = 60, QUIET = 5;

  /**
   * `hold(go)` calls `go` until the page stands still: a page grows while one is on the way to a place in it, because cells get
   * their true height, and letters their shape, when they come near the screen. What the reader does next ends it, and another
   * that scrolls.
   */
  const hold = (() => {
    let held;
    let acted = false;
    for (const type of ["keydown", "pointerdown", "wheel", "touchstart"]) {
      addEventListener(type, () => {
        held = undefined;
        acted = true;
      }, { passive: true, capture: true });
    }
    return (go, { unlessActed = false } = {}) => {
      if (unlessActed && acted) return;
      held = go;
      let height, at, still = 0;
      const frame = () => {
        if (held !== go) return;
        still = root.scrollHeight === height ? still + 1 : 0;
        if (still > SETTLED || (still > QUIET && Math.abs(scrollY - at) > 1)) {
          held = undefined;
          return;
        }
        go();
        [height, at] = [root.scrollHeight, scrollY];
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    };
  })();

  const target = ({ hash } = location) =>
    document.getElementById(decodeURIComponent(hash.slice(1)));

  /** A link to a folded part opens it. */
  function openTarget() {
    for (let part = target(); part !== null; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
  }

  /**
   * A link leads to its target, and a page that is loaded again, or to which one comes back, stands where it stood. The browser
   * would go to a height, and cells that it has not laid out yet have no true one; so a place is a cell, and how far it was
   * from the upper edge.
   */
  function keepPlace(cells) {
    const here = () => {
      const cell = cells.find((each) => each.getBoundingClientRect().bottom > 0);
      return cell === undefined ? null : [cell.id, cell.getBoundingClientRect().top];
    };
    const toTarget = (address) => () =>
      target(address)?.scrollIntoView({ block: "start", behavior: "instant" });
    const to = ([id, top]) => () => {
      const by = document.getElementById(id).getBoundingClientRect().top - top;
      scrollBy({ top: by, behavior: "instant" });
    };

    const key = `offprint-place ${location.pathname}`;
    addEventListener("pagehide", () => store(key, JSON.stringify(here()), "sessionStorage"));
    const [{ type }] = performance.getEntriesByType("navigation");
    const place = JSON.parse(stored(key, "sessionStorage"));
    if (type === "navigate" && target() !== null) hold(toTarget(location), { unlessActed: true });
    else if (type !== "navigate" && document.getElementById(place?.[0]) !== null) {
      history.scrollRestoration = "manual";
      to(place)();
      hold(to(place), { unlessActed: true });
      // Steps within the page are the browser's again.
      addEventListener("load", () => setTimeout(() => history.scrollRestoration = "auto"));
    }

    const places = new Map(); // by the steps within the page
    globalThis.navigation?.addEventListener("navigate", (event) => {
      const { hashChange, navigationType, destination } = event;
      if (!hashChange) return;
      places.set(globalThis.navigation.currentEntry.key, here());
      const before = places.get(destination.key);
      if (navigationType !== "traverse") hold(toTarget(new URL(destination.url)));
      else if (before) hold(to(before));
    });
  }

  /** Whether the key for the end is taken by what has the focus, or by a box around it. */
  function takesEnd(node) {
    if (node.isContentEditable || node.matches("input, textarea, select")) return true;
    for (let box = node; box !== null && box !== document.body; box = box.parentElement) {
      const below = box.scrollHeight - box.clientHeight - box.scrollTop;
      if (below > 1 && /auto|scroll/.test(getComputedStyle(box).overflowY)) return true;
    }
    return false;
  }

  /** The key for the end leads to the end, and not to where the page ended when it was pressed. */
  function keepEnd() {
    addEventListener("keydown", (event) => {
      const { key, target, shiftKey, altKey, metaKey } = event;
      if (key !== "End" || shiftKey || altKey || metaKey || event.defaultPrevented) return;
      if (!takesEnd(target)) hold(() => scrollTo({ top: root.scrollHeight, behavior: "instant" }));
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
    const soon = () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    };
    addEventListener("scroll", soon, { passive: true });
    // It calls at once, and where the page ends may change without a step.
    new ResizeObserver(soon).observe(root);
  }

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".theme-toggle").forEach(themeToggle);
    document.querySelectorAll("button.copy").forEach(copyButton);
    document.querySelectorAll("button.all-code").forEach(allCodeSwitch);
    document.querySelectorAll(SCROLLING).forEach(fadeWhereCut);
    openTarget();
    const cells = [...document.querySelectorAll(".cell")];
    if (cells.length > 0) {
      keepPlace(cells);
      keepEnd();
    }
    addEventListener("hashchange", openTarget);
    document.querySelectorAll(".sidebar").forEach(followReader);
  });
})();

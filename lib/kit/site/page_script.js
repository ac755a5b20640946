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
    ".prose > p, .prose > ul, .prose > ol, .input:not(.is-long) > pre";
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
    new ResizeObserver(mark).observe(box);
  }

  /** A link to a folded part opens it. */
  function openTarget() {
    let target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (; target !== null; target = target.parentElement) {
      if (target.tagName === "DETAILS") target.open = true;
    }
  }

  /**
   * A page that is loaded again stands where it stood. The browser would go to a height, and cells that it has not laid out
   * yet have no true one; so a cell is kept, and how far it was from the upper edge.
   */
  function keepPlace(cells) {
    const key = `offprint-place ${location.pathname}`;
    addEventListener("pagehide", () => {
      const cell = cells.find((each) => each.getBoundingClientRect().bottom > 0);
      const place = cell && [cell.id, cell.getBoundingClientRect().top];
      store(key, JSON.stringify(place ?? null), "sessionStorage");
    });
    const [id, top] = JSON.parse(stored(key, "sessionStorage")) ?? [];
    const cell = document.getElementById(id);
    const [{ type }] = performance.getEntriesByType("navigation");
    if (cell === null || (type !== "reload" && type !== "back_forward")) return;
    history.scrollRestoration = "manual";
    let again = 3; // what is near the screen gets its height in the frames that follow
    const go = () => {
      scrollBy(0, cell.getBoundingClientRect().top - top);
      if (again-- > 0) requestAnimationFrame(go);
    };
    // Steps within the page are the browser's again.
    addEventListener("load", () => setTimeout(() => history.scrollRestoration = "auto"));
    go();
  }

  /**
   * The key for the end leads to the end: the browser would go where the page ended when the key was pressed, and cells get
   * their true height only on the way there. What the reader does next ends it.
   */
  function keepEnd() {
    let wanted = false;
    const go = () => {
      const end = root.scrollHeight - innerHeight;
      if (wanted && scrollY < end - 1) scrollTo({ top: end, behavior: "instant" });
    };
    addEventListener("keydown", ({ key, target, shiftKey, altKey, metaKey }) => {
      const writes = target.isContentEditable ||
        target.closest?.("input, textarea, select") !== null;
      wanted = key === "End" && !writes && !(shiftKey || altKey || metaKey);
    });
    for (const type of ["pointerdown", "wheel", "touchstart"]) {
      addEventListener(type, () => wanted = false, { passive: true });
    }
    addEventListener("scroll", go, { passive: true });
    new ResizeObserver(go).observe(root);
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

  const wordsIn = (text) => text.toLowerCase().split(/\s+/).filter((word) => word !== "");

  /** Narrows the table of all claims to a paper, a kind, a verdict and words. */
  function claimFilters(box) {
    const groups = [...document.querySelectorAll("details.paper-claims")];
    const value = (name) => box.querySelector(`[name="${name}"]`).value;
    const narrow = () => {
      const [paper, verdict, kind] = ["paper", "verdict", "kind"].map(value);
      const words = wordsIn(value("words"));
      const any = paper !== "" || verdict !== "" || kind !== "" || words.length > 0;
      let count = 0;
      for (const group of groups) {
        let inGroup = 0;
        for (const row of group.querySelectorAll("tr[data-claim]")) {
          const text = any ? `${row.dataset.claim} ${row.textContent}`.toLowerCase() : "";
          row.hidden = (paper !== "" && group.id !== `claims-${paper}`) ||
            (verdict !== "" && row.dataset.verdict !== verdict) ||
            (kind !== "" && row.dataset.kind !== kind) ||
            !words.every((word) => text.includes(word));
          if (!row.hidden) inGroup++;
        }
        for (const table of group.querySelectorAll("table")) {
          table.hidden = table.querySelector("tr[data-claim]:not([hidden])") === null;
        }
        group.hidden = any && inGroup === 0;
        group.open = any && inGroup > 0;
        count += inGroup;
      }
      box.querySelector(".filters-count").textContent = any ? `${count} claims` : "";
    };
    box.hidden = false;
    box.addEventListener("input", narrow);
  }

  /** Narrows a gallery of figures to those that hold all words, and unfolds them when they are few. */
  function gallerySearch(box) {
    const items = [...box.querySelectorAll(":scope > details")];
    const openAtFirst = items.map(({ open }) => open);
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    label.className = "gallery-search";
    input.type = "search";
    input.autocomplete = "off";
    count.setAttribute("role", "status");
    label.append(`Search the ${box.dataset.name} `, input);
    const text = ({ dataset, textContent }) => `${dataset.words} ${textContent}`.toLowerCase();
    const narrow = () => {
      const words = wordsIn(input.value);
      const found = items.filter((item) => words.every((word) => text(item).includes(word)));
      items.forEach((item, i) => {
        item.hidden = !found.includes(item);
        item.open = words.length === 0 ? openAtFirst[i] : found.length <= 3 && !item.hidden;
      });
      count.textContent = `${found.length} of ${items.length}`;
    };
    narrow();
    input.addEventListener("input", narrow);
    box.prepend(label, count);
  }

  /** Finds words in the prose, code and claims of all papers; all of it stands in the search page itself. */
  function search(box) {
    const input = box.querySelector("input");
    const list = document.querySelector(".found");
    const status = box.querySelector(".search-count");
    const MOST = 60;
    let places;
    const excerpt = (text, lower, word) => {
      const at = Math.max(0, lower.indexOf(word));
      const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 60)));
      return `${from > 0 ? "…" : ""}${text.slice(from, at + 140).trim()}…`;
    };
    const find = () => {
      places ??= JSON.parse(document.getElementById("search-index").textContent)
        .map((place) => ({ ...place, lower: `${place.title} ${place.text}`.toLowerCase() }));
      const words = wordsIn(input.value);
      const found = words.length === 0
        ? []
        : places.filter(({ lower }) => words.every((word) => lower.includes(word)));
      // Words in a heading say more than words below it.
      const inTitle = ({ title }) => words.every((word) => title.toLowerCase().includes(word));
      found.sort((a, b) => inTitle(b) - inTitle(a));
      list.replaceChildren(
        ...found.slice(0, MOST).map(({ page, kind, href, title, text, lower }) => {
          const item = document.createElement("li");
          const link = document.createElement("a");
          link.href = href;
          link.textContent = title;
          const where = document.createElement("span");
          where.className = "found-where";
          where.textContent = `${page} · ${kind}`;
          const some = document.createElement("p");
          some.textContent = excerpt(`${title} ${text}`, lower, words[0]);
          item.append(link, where, some);
          return item;
        }),
      );
      const most = found.length > MOST ? `, the first ${MOST} are shown` : "";
      status.textContent = words.length === 0 ? "" : `${found.length} places${most}`;
    };
    box.hidden = false;
    const asked = new URLSearchParams(location.search).get("q");
    if (asked !== null) input.value = asked;
    find();
    input.addEventListener("input", find);
  }

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".filters").forEach(claimFilters);
    document.querySelectorAll(".search").forEach(search);
    document.querySelectorAll(".offprint-gallery").forEach(gallerySearch);
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

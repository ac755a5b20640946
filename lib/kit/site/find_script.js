// Fields that narrow what a page shows to what one looks for: claims, drawings, places in all papers. Each is hidden in a
// page without scripts.
(() => {
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
  });
})();

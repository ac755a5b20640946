/**
 * The colours of figures. Seven series colours per theme, found by search so that each has at least
 * 3 : 1 contrast with the page and any two stay apart for normal, red-blind, green-blind and
 * blue-blind eyes; a test measures both.
 *
 * @module
 */

/** The colours of one theme. */
export interface Theme {
  /** Text, axes and marks without a colour of their own. */
  ink: string;
  /** What lies behind a figure. */
  paper: string;
  /** Categories, in order. */
  series: readonly string[];
}

/** Colours on a light page. These stand in the SVG itself. */
export const LIGHT_THEME: Theme = {
  ink: "#1b1f24",
  paper: "#ffffff",
  series: ["#1f4fe0", "#f36218", "#1f9e94", "#a31697", "#785901", "#33125f", "#721d23"],
};

/** Colours on a dark page; a style sheet inside the SVG puts them in place of the light ones. */
export const DARK_THEME: Theme = {
  ink: "#e6e8eb",
  paper: "#14181d",
  series: ["#8ebfff", "#ee932e", "#c3f7d2", "#ab729a", "#f2e31d", "#7654ea", "#e32a10"],
};

/**
 * The rules of a figure's style sheet. A page that embeds the figure and has a theme of its own sets
 * `--offprint-ink`, `--offprint-paper`, `--offprint-series-1` to `-7` and `--offprint-heat` (a filter for
 * the areas of heat maps); otherwise the system's
 * light or dark mode decides, and print is always light.
 *
 * @param selector Selects the SVG element.
 * @param markup The SVG's text: only colours that occur in it get a rule.
 */
export function themeStyle(selector: string, markup: string): string {
  const rules = (theme: Theme) => {
    const paper = `var(--offprint-paper,${theme.paper})`;
    const root = `${selector}{color:var(--offprint-ink,${theme.ink});background:${paper};` +
      `--plot-background:${paper}}`;
    const series = LIGHT_THEME.series.flatMap((colour, i) =>
      ["fill", "stroke"].flatMap((property) => {
        if (!markup.includes(`${property}="${colour}"`)) return [];
        const value = `var(--offprint-series-${i + 1},${theme.series[i]})`;
        return [`${selector} [${property}="${colour}"]{${property}:${value}}`];
      })
    );
    return [root, ...series].join("\n");
  };
  const heat = (otherwise: string) =>
    markup.includes(`class="${HEAT_CLASS}"`) ? `\n${heatRule(selector, otherwise)}` : "";
  return `${rules(LIGHT_THEME)}${heat("none")}\n@media screen and (prefers-color-scheme:dark){\n` +
    `${rules(DARK_THEME)}${heat("brightness(0.72) saturate(0.9)")}\n}`;
}

/** The class of a drawing whose areas are coloured by a quantity. */
export const HEAT_CLASS = "heat";

/** The bright end of a heat map glares on a dark page: its areas are dimmed there, its words are not. */
function heatRule(selector: string, otherwise: string): string {
  const areas = ['[aria-label="cell"]', '[aria-label="rect"]', '[aria-label="legend"] rect'];
  return `${areas.map((area) => `${selector} .${HEAT_CLASS} ${area}`).join()}` +
    `{filter:var(--offprint-heat,${otherwise})}`;
}

/** The custom properties that give embedded figures a theme, for a page's own style sheet. */
export function themeProperties(theme: Theme): Record<string, string> {
  return Object.fromEntries([
    ["--offprint-ink", theme.ink],
    ["--offprint-paper", theme.paper],
    ...theme.series.map((colour, i) => [`--offprint-series-${i + 1}`, colour]),
  ]);
}

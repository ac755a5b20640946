// A cell's text as a CodeMirror editor.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript, localCompletionSource } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { Annotation, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, hoverTooltip, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Marks a change that did not come from this page's reader. */
const fromServer = Annotation.define();
const failingLine = StateEffect.define();

const failing = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(failingLine)) continue;
      if (effect.value === undefined || effect.value > transaction.state.doc.lines) {
        return Decoration.none;
      }
      const { from } = transaction.state.doc.line(effect.value);
      return Decoration.set([Decoration.line({ class: "failing-line" }).range(from)]);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The classes of highlight.js, so that an editor and a page of the site have the same colours. */
const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.self], class: "hljs-keyword" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], class: "hljs-string" },
  { tag: tags.number, class: "hljs-number" },
  { tag: tags.comment, class: "hljs-comment" },
  { tag: [tags.typeName, tags.className], class: "hljs-type" },
  { tag: tags.function(tags.variableName), class: "hljs-title" },
]));

/**
 * Makes an editor in `parent`.
 *
 * @param keys What keys do beyond editing: `[{ key, run }]`.
 * @param ask Asks the kernel: `complete(source, at)` and `inspect(source, at)`, promises.
 */
export function makeEditor({ parent, source, label, keys, onChange, ask }) {
  const complete = async (context) => {
    if (!context.explicit) return null;
    const { doc } = context.state;
    const { from, options } = await ask.complete(doc.toString(), context.pos);
    return options.length === 0
      ? null
      : { from, options: options.map((text) => ({ label: text })), validFor: /^[\w$]*$/ };
  };
  const inspect = hoverTooltip(async (view, pos) => {
    const word = view.state.wordAt(pos);
    if (word === null) return null;
    const text = await ask.inspect(view.state.doc.toString(), pos);
    if (text === "") return null;
    return {
      pos: word.from,
      end: word.to,
      create: () => ({ dom: Object.assign(document.createElement("pre"), { textContent: text }) }),
    };
  });
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: source,
      extensions: [
        keymap.of(keys),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of("  "),
        javascript({ typescript: true }),
        colours,
        failing,
        autocompletion({ override: [complete, localCompletionSource], activateOnTyping: false }),
        inspect,
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          if (update.transactions.some((each) => each.annotation(fromServer))) return;
          onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    view,
    get source() {
      return view.state.doc.toString();
    },
    /** Puts another text in, without telling `onChange`. */
    set(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: fromServer.of(true),
      });
    },
    /** Marks a line from 1; none for undefined. */
    fail(line) {
      view.dispatch({ effects: failingLine.of(line) });
    },
    atFirstLine: () =>
      view.state.selection.main.empty &&
      view.state.doc.lineAt(view.state.selection.main.head).number === 1,
    atLastLine: () =>
      view.state.selection.main.empty &&
      view.state.doc.lineAt(view.state.selection.main.head).number === view.state.doc.lines,
  };
}

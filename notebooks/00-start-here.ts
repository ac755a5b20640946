// ---
// jupyter: {"kernelspec":{"display_name":"Deno","language":"typescript","name":"deno"},"language_info":{"codemirror_mode":"typescript","file_extension":".ts","mimetype":"text/x.typescript","name":"typescript","nbconvert_exporter":"script","pygments_lexer":"typescript"},"offprint":{"cellSeconds":120,"exclusive":false,"paper":null}}
// ---

// %% [markdown] id="title"
// # Offprint: ten papers you can rerun
//
// An offprint is the single article that a journal hands its author. Here each article runs: its prose, equations,
// typed code, figures and a verdict on every claim stand in one notebook that executes on an ordinary laptop.
//
// You read a statement. Below it you find the code that computes it and the number that came out.
// Change the code, run the cell again, and see whether the statement is still true.

// %% [markdown] id="papers"
// ## The papers
//
// ### 01 TreeBoN: Enhancing Inference-Time Alignment with Speculative Tree-Search and Best-of-N Sampling
//
// Jiahao Qiu and 11 others, Findings of EMNLP 2025, [arXiv 2410.16033](https://arxiv.org/abs/2410.16033). **[Open the notebook](01-treebon.ipynb)**
//
// Best-of-N sampling writes N whole answers and keeps one; TreeBoN grows them in layers, drops the
// weak ones early and branches the strong ones, for the same number of generated tokens.
// Unfinished answers are scored by a weighted sum of token log-ratios between a preference-tuned
// policy and its reference, because ordinary reward models are unreliable on prefixes.
//
// ### 02 A Theoretical Perspective for Speculative Decoding Algorithm
//
// Ming Yin and 3 others, NeurIPS 2024, [arXiv 2411.00841](https://arxiv.org/abs/2411.00841). **[Open the notebook](02-specdec-theory.ipynb)**
//
// Counts the rejections of speculative decoding exactly, as a sum of total variation distances
// along the target's own text, and shows that no unbiased rejection-based decoder does better.
// Extends the count to several parallel drafts and draws the straight line that trades rejections
// against bias.
//
// ### 03 AIME: AI System Optimization via Multiple LLM Evaluators
//
// Bhrij Patel and 5 others, 2024, [arXiv 2410.03131](https://arxiv.org/abs/2410.03131). **[Open the notebook](03-aime.ipynb)**
//
// When one evaluator must judge generated code on many criteria at once, errors slip through and
// the optimiser that reads its critique improves the wrong things. AIME asks one evaluator per
// criterion and joins their texts, which finds more errors; what that costs in false alarms is the
// question this rerun adds.
//
// ### 04 A Common Pitfall of Margin-based Language Model Alignment: Gradient Entanglement
//
// Hui Yuan and 5 others, ICLR 2025, [arXiv 2410.13828](https://arxiv.org/abs/2410.13828). **[Open the notebook](04-gradient-entanglement.ipynb)**
//
// A preference loss that sees only the margin between a chosen and a rejected answer can raise or
// lower both likelihoods together while the margin grows. The paper traces this to one number, the
// inner product of the two log-likelihood gradients against their norms, and gives the exact
// condition for each loss.
//
// ### 05 COMET: Towards Practical W4A4KV4 LLMs Serving
//
// Lian Liu and 8 others, ASPLOS 2025, [arXiv 2410.12168](https://arxiv.org/abs/2410.12168). **[Open the notebook](05-comet.ipynb)**
//
// A few outlier channels are what makes 4-bit activations inaccurate; COMET permutes channels so
// that the outliers share a few 8-bit blocks and nearly all other blocks can be 4-bit. A matrix
// kernel that mixes both block types and a 4-bit key-value cache turn this into faster serving.
//
// ### 06 Natural Language Is Not Enough: Benchmarking Multi-Modal Generative AI for Verilog Generation
//
// Kaiyan Chang and 11 others, ICCAD 2024, [arXiv 2407.08473](https://arxiv.org/abs/2407.08473). **[Open the notebook](06-chipgptv.ipynb)**
//
// Which block is wired to which is easier to draw than to tell, so a hardware task should be a
// diagram and prose together. The paper builds a benchmark of Verilog problems with diagrams, a
// small query language for prompts of both kinds, and measures how much the diagram helps.
//
// ### 07 Data Is All You Need: Finetuning LLMs for Chip Design via an Automated Design-Data Augmentation Framework
//
// Kaiyan Chang and 18 others, DAC 2024, [arXiv 2403.11202](https://arxiv.org/abs/2403.11202). **[Open the notebook](07-chipgpt-ft.ipynb)**
//
// Verilog for training is scarce, and Verilog paired with prose or with tool messages scarcer
// still. Three automatic flows make such pairs from plain files: completion and description from
// the syntax tree, repair from files broken by rule and run through a synthesis tool, and scripts
// described by an existing model.
//
// ### 08 Contractual Reinforcement Learning: Pulling Arms with Invisible Hands
//
// Jibang Wu and 4 others, 2024, [arXiv 2407.01458](https://arxiv.org/abs/2407.01458). **[Open the notebook](08-contractual-rl.ipynb)**
//
// A principal earns from what a self-interested agent does in a Markov decision process, and can
// only pay for outcomes. Optimal contracts against a far-sighted agent come from a dynamic program
// over least payments, and can be learnt with little regret by searching for where the agent
// changes its mind.
//
// ### 09 SAIL: Self-Improving Efficient Online Alignment of Large Language Models
//
// Mucong Ding and 7 others, 2024, [arXiv 2406.15567](https://arxiv.org/abs/2406.15567). **[Open the notebook](09-sail.ipynb)**
//
// Online preference learning draws its data from the very policy it is changing, and most methods
// leave that dependence out of the gradient. SAIL writes the problem on two levels, folds it into
// one with a single extra gradient term, and lets the policy itself stand in for the preference
// oracle.
//
// ### 10 SpecDec++: Boosting Speculative Decoding via Adaptive Candidate Lengths
//
// Kaixuan Huang, Xudong Guo, Mengdi Wang, COLM 2025, [arXiv 2405.19715](https://arxiv.org/abs/2405.19715). **[Open the notebook](10-specdecpp.ipynb)**
//
// How many tokens a draft model should propose before the target checks them changes from one
// position to the next. Stopping once a rejection has become likely enough is optimal, and
// SpecDec++ does so with a small trained head that predicts acceptance, leaving the distribution
// of the output as it is.

// %% [markdown] id="how-to-run"
// ## Run it
//
// | what you want | what you type in the project's folder |
// | --- | --- |
// | rerun all papers and get the report | `deno task run` |
// | rerun one paper | `deno task run 02` |
// | rerun it with another seed | `deno task run 02 --set seed=7` |
// | larger samples, more seeds | `deno task run 02 --profile full` |
// | test everything | `deno task test` |
// | take an edit made in Jupyter back into the source file | `deno task sync` |
//
// With Node but without Deno, write `npx --yes --prefer-offline deno@2.9 task run` and so on.
// The run leaves pages to read in `out/site/`, the executed notebooks in `out/notebooks/` and all verdicts in
// `out/report.json`.
//
// To edit a notebook, open it in Jupyter or VS Code with the Deno kernel (`deno jupyter --install`, once).
// To interrupt a cell that waits, restart the kernel: Deno's kernel does not come back from *Stop*.

// %% [markdown] id="how-to-read"
// ## How to read a notebook
//
// All are built alike, so that whoever has read one can find anything in another:
//
// 1. **Title, citation, a summary** that takes two minutes, and one line of verdicts.
// 2. **The idea**, with the smallest example that shows it and a figure.
// 3. **Parameters**: sample sizes and seeds.
// 4. **The equations**, each followed by the function that computes it and checked on values obtained in another way.
// 5. **Exact rerun**: tables with known right answers.
// 6. **Rerun with small models or real tools**.
// 7. **The paper's figures, redrawn** from this run's own numbers.
// 8. **Ablate it yourself**: one cell that varies one thing.
// 9. **Kernels and cost**, where they matter.
// 10. **What this rerun does not show**.
// 11. **With your own model**, or with your own data.
// 12. **Exercises**, with solutions and checks.
// 13. **Claims**: the table of all claims, with the rule of each and this run's verdict.
//
// A comment that begins with *change me* marks a number for you to change, and says what should happen. Everything that
// depends on it follows.
//
// Every number is computed by a cell, and every random one comes from a named stream of one seed, so running a
// notebook twice gives the same outputs. Code that is longer than a cell lives in `lib/`, documented and tested;
// the notebook imports it by name.

// %% [markdown] id="symbols"
// ## Symbols
//
// Each notebook says what its symbols mean where they first stand. These occur in more than one. In code the two models of
// speculative decoding are always called `draft` and `target`; only their letters differ between the two papers, and each
// notebook keeps those of its paper.
//
// | symbol | meaning (in notebook) |
// | --- | --- |
// | $\pi$ | a policy: the probability of each answer to a prompt (01, 04, 09); an evaluator: the probability of each opinion of a program (03); an order of channels (a permutation) (05) |
// | $\pi_0$ | the reference: the policy before training (01, 09) |
// | $\pi^\star$ | the policy that is best for a reward and stays near the reference (01, 09); the best evaluator (03) |
// | $\beta$ | the price of moving away from the reference (01, 04, 09); bits of a code (05); the bonus for success (08) |
// | $y_w$ | the chosen, better answer of a pair; the rejected one is $y_l$ (04, 09) |
// | $g_w$ | the gradient of the log-probability of the chosen answer; of the rejected one $g_l$ (04, 09) |
// | $\sigma$ | the logistic function, $1/(1+e^{-u})$ (04, 09) |
// | $\mathrm{TV}$ | total variation, the distance of two distributions: half the sum of all differences (02, 03) |
// | $p$ | the distribution of the draft; the target's is $q$ (02); the distribution of the target; the draft's is $q$ (10); a probability (08, 09) |
// | $K$ | candidates that a draft proposes in a round (02, 10); evaluators (03); tokens of a beginning (01); channels (05) |
// | $\alpha$ | the probability that a candidate is accepted (02, 10); the weights of a mixture (03) |
// | $\lambda$ | the weight of an extra term of a loss (04, 09); the share of a safe contract in a mixture (08); the cost of a token beyond one draft pass; the least is $\lambda^\star$ (10) |
// | $\epsilon$ | how much too much is accepted (02); a margin that is paid beyond the least payment (08) |
// | $\gamma$ | the margin that a loss asks for (04); the largest margin that contracts can reach (08) |
// | $\zeta$ | the offset of a code (05); the least expected payment (08) |
// | $\ell$ | the log-ratio of a token (01); how useful an evaluation is (03); a loss (04) |
// | $V$ | a value: what can be expected from here on (01, 08); verifications per generated token (10) |
// | $T$ | the number of tokens of a text (02); the number of rounds of learning (08); the time that a text takes (10) |
// | $w$ | the weight of a token (01); how much more a rejection counts in the loss of a head (10) |
// | $h$ | the number of a step (08); a threshold (10) |
// | $\mathrm{pass@}k$ | the probability that at least one of $k$ answers is right (06, 07) |

// %% id="imports" tags=["imports"]
import { type ClaimKind, display, loadPapers, sweep, table } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { estimate } from "offprint/stats.ts";

// %% [markdown] id="ablation"
// ## Make your own ablation
//
// An ablation asks what happens when one thing changes and all else stays. `sweep` does it in one cell: it
// runs a function at each value, shows progress, and gives back a table. It computes every point anew, unless
// `depends` lists all that a result depends on: then it keeps the points for which nothing of this has changed.
//
// Here is a small one. A coin is thrown *n* times to estimate its bias; how fast does the error shrink?
// Statistics says that it shrinks like one over the square root of *n*: four times the throws, half the error.

// %% id="parameters" tags=["parameters"]
/** Probability of heads. Change me: at 0.05 all errors are less than half as large. @range 0.01 to 0.99 by 0.01 */
const bias: number = 0.3;
/** Seed of all throws. Change me: another seed changes the means, but hardly the errors. @range 0 or more by 1 */
const seed: number = 2;

// %% id="ablation-run" tags=["ablation"]
const throws = await sweep({
  name: "throws",
  over: { n: [100, 400, 1600, 6400, 25600] },
  seed,
  depends: { bias },
  run({ n }, seed) {
    const random = stream(seed, "coin", n);
    const heads = Array.from({ length: n }, () => random.uniform() < bias ? 1 : 0);
    const { mean, standardError } = estimate(heads);
    return {
      mean,
      "standard error": standardError,
      "error × √n": standardError * Math.sqrt(n),
    };
  },
});
await display(throws);

// %% [markdown] id="ablation-next"
// Read down the table: each row has four times the throws of the one above and about half its standard
// error, so the last column, the error times the square root of *n*, hardly moves.
//
// Now change `bias` and run both cells again: for which bias is the last column largest, and why? Then open
// a paper's notebook, go to its section *Ablate it yourself*, and vary what the authors held fixed.

// %% [markdown] id="claims"
// ## The claims
//
// Each paper comes with a ledger, a file that lists its claims. A claim is one sentence, with the place in the paper
// where it is stated and the rule by which a rerun decides it. The rules were written before the runs, and they compute
// the verdicts; nobody types a verdict in. There are four kinds of claim:
//
// | kind | what it is | verdicts |
// | --- | --- | --- |
// | identity | a theorem or an exact example | *holds*, or *broken*, which fails the run |
// | trend | a qualitative result, at the scale of a laptop | *shown* or *not shown* |
// | measurement | a time or a throughput of this run, on this machine | *shown* or *not shown* |
// | headline | the paper's own number, at its own scale | *not run here*, with what it would need |
//
// A *not shown* is published as it is. Small models do not do everything that large models do, and it is worth
// knowing which claims hold for both. So far the ledgers contain this many claims:
//
// | paper | identity | trend | measurement | headline |
// | --- | ---: | ---: | ---: | ---: |
// | 01 TreeBoN | 18 | 24 |  | 7 |
// | 02 A Theoretical Perspective for Speculative Decoding Algorithm | 23 | 13 |  | 1 |
// | 03 AIME | 18 | 26 |  | 3 |
// | 04 A Common Pitfall of Margin-based Language Model Alignment | 25 | 17 |  | 3 |
// | 05 COMET | 41 | 34 | 8 | 28 |
// | 06 Natural Language Is Not Enough | 35 | 27 | 1 | 3 |
// | 07 Data Is All You Need | 13 | 12 | 1 | 4 |
// | 08 Contractual Reinforcement Learning | 21 | 14 | 3 | 1 |
// | 09 SAIL | 21 | 12 | 1 | 4 |
// | 10 SpecDec++ | 18 | 24 | 2 | 4 |
//
// The cell below lists the claims of one kind. The verdicts of the last run are at the end of each paper's notebook,
// and for all papers together in the report of `deno task run`.

// %% id="claims-of-a-kind"
// change me: "identity", "trend" or "measurement" lists the claims of that kind, which this project does decide.
const kind: ClaimKind = "headline";
await display(table(
  loadPapers().flatMap((paper) =>
    paper.claims.filter((claim) => claim.kind === kind)
      .map(({ id, where, statement, check }) => ({
        id,
        where,
        statement,
        "would need": check.rule === "needs" ? check.what : "nothing else",
      }))
  ),
  { caption: `Every claim of the kind "${kind}"`, limit: 500 },
));

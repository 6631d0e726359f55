// katalog.mjs TURTLE JSONLD [SHAPES...]: reads the two files with others' parsers and says
// in JSON whether they say the same, what has no name, and what the shapes find wrong.
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';
import { Parser, Store, Writer } from 'n3';
import Validator from 'rdf-validate-shacl';

const [turtle, json, ...shapes] = process.argv.slice(2);

const quads = (text) => new Parser().parse(text);
const lines = (list) => {
  const out = new Set();
  const writer = new Writer({ format: 'N-Triples' });
  for (const q of list) out.add(writer.quadToString(q.subject, q.predicate, q.object));
  return out;
};

const first = quads(readFileSync(turtle, 'utf8'));
const nquads = await jsonld.toRDF(JSON.parse(readFileSync(json, 'utf8')), {
  format: 'application/n-quads',
  documentLoader: (url) => { throw new Error(`the file needs ${url}`); },
});
const second = quads(nquads);
const [a, b] = [lines(first), lines(second)];

const results = [];
for (const file of shapes) {
  const report = await new Validator(new Store(quads(readFileSync(file, 'utf8')))).validate(new Store(first));
  for (const r of report.results) {
    results.push({
      shapes: file.replace(/.*\//, ''),
      severity: r.severity?.value.replace(/.*#/, ''),
      node: r.focusNode?.value,
      path: r.path?.value,
      value: r.value?.value,
      constraint: r.sourceConstraintComponent?.value.replace(/.*#/, ''),
      message: r.message?.map((m) => m.value)[0],
    });
  }
}
console.log(JSON.stringify({
  triples: a.size,
  onlyTurtle: [...a].filter((l) => !b.has(l)).slice(0, 10),
  onlyJSON: [...b].filter((l) => !a.has(l)).slice(0, 10),
  blank: first.filter((q) => q.subject.termType === 'BlankNode' || q.object.termType === 'BlankNode').length,
  services: first.filter((q) => q.predicate.value.endsWith('#type') && /#(PublicService|Service)$/.test(q.object.value)).map((q) => q.subject.value),
  contained: first.filter((q) => q.predicate.value.endsWith('#containsService')).map((q) => q.object.value),
  outputs: first.filter((q) => q.predicate.value.endsWith('#hasPossibleOutput')).map((q) => q.subject.value),
  results,
}));

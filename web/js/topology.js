// decode reads the kommuner of a TopoJSON file: lines that they share, each point from the one
// before. Rings are [longitude, latitude], outer ones and holes alike.
export function decode({ arcs, transform, objects }) {
  const [sx, sy] = transform.scale;
  const lines = arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * sx, (y += dy) * sy]);
  });
  const ring = (numbers) => numbers.flatMap((i) => (i < 0 ? lines[~i].slice().reverse() : lines[i]).slice(1));
  return objects.kommuner.geometries.map(({ properties, arcs = [] }) => ({
    number: properties.kommunenummer, name: properties.navn, centre: properties.senter,
    rings: arcs.flat().map(ring),
  }));
}

/** The value of each sample of a server's metric, by its labels without the service. */
export async function samplesOf(url: string, metric: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/__encore/metrics`)).text();
  const lines = [...text.matchAll(/^(\w+)\{(.*)\} (\d+)$/gm)].filter(([, name]) => name === metric);
  return Object.fromEntries(
    lines.map(([, , labels = "", value]) => [labels.replace(/,?service="[\w-]+"/, ""), Number(value)]),
  );
}

import autocannon from "autocannon";

/** One measurement from a process of its own: `load.ts URL SECONDS [BODY]`. Prints one JSON object. */
const [url = "", seconds = "1", body] = process.argv.slice(2);
const result = await autocannon({
  url,
  duration: Number(seconds),
  connections: 32,
  ...(body === undefined ? {} : { method: "POST", body, headers: { "content-type": "application/json" } }),
});
console.log(JSON.stringify({ perSecond: result.requests.average, failed: result.non2xx + result.errors }));

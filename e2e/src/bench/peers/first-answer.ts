/** Milliseconds until the first 200 answer; asks again at once when nobody listens yet. */
export async function firstAnswerMs(url: string, from = performance.now()): Promise<number> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const status = await fetch(url).then(
      async (response) => (await response.arrayBuffer(), response.status),
      () => 0,
    );
    if (status === 200) return performance.now() - from;
    if (performance.now() > deadline) throw new Error(`${url} still answers ${status}`);
  }
}

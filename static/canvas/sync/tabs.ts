// Which tabs of this browser have the same drawing open. A copy whose tab answers is that tab's own business; one whose
// tab does not is a copy that somebody lost.

const ANSWER_MS = 200;

interface Said {
  readonly ask?: string;
  readonly here?: string;
}

export type Channel = Pick<BroadcastChannel, "postMessage" | "close"> & { onmessage: ((event: MessageEvent) => unknown) | null };

export class Tabs {
  readonly id: string = crypto.randomUUID();
  private heard = new Set<string>();

  constructor(private readonly channel: Channel | null, private readonly wait: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms))) {
    if (channel) channel.onmessage = ({ data }: MessageEvent<Said>) => this.hear(data);
  }

  async alive(): Promise<ReadonlySet<string>> {
    this.heard = new Set();
    this.channel?.postMessage({ ask: this.id });
    await this.wait(ANSWER_MS);
    return this.heard;
  }

  close(): void {
    this.channel?.close();
  }

  private hear({ ask, here }: Said): void {
    if (ask && ask !== this.id) this.channel?.postMessage({ here: this.id });
    if (here) this.heard.add(here);
  }
}

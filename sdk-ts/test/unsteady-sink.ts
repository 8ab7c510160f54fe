import type { RunMeta } from '@quarry/sdk'
import type { FrameSink } from '@quarry/sdk/internal'
import { RecordingSink } from '../src/testing/recording-sink.js'

/** Records frames like the one for tests of scripts, but runs out of room, and breaks, when it is told to. */
export class UnsteadySink implements FrameSink {
  readonly recording: RecordingSink
  readonly durableSeq = 0
  readonly #roomy: () => boolean
  #framesLeft: number
  #broken = false

  /** `roomy` says whether there is room, asked anew each time; the sink breaks after `framesLeft` frames. */
  constructor(run: RunMeta, roomy: () => boolean, framesLeft: number) {
    this.recording = new RecordingSink(run)
    this.#roomy = roomy
    this.#framesLeft = framesLeft
  }

  get encoder() {
    return this.recording.encoder
  }

  get hasRoom(): boolean {
    return !this.#broken && this.#roomy()
  }

  async room(): Promise<void> {
    this.#check()
    if (!this.#roomy()) await new Promise((resolve) => setImmediate(resolve))
    this.#check()
  }

  async accept(): Promise<void> {
    if (this.#framesLeft-- <= 0) this.#broken = true
    this.#check()
    await this.recording.accept()
  }

  fileStored(writeId: number): Promise<void> {
    return writeId % 3 === 0 ? Promise.reject(new Error('the disk is full')) : Promise.resolve()
  }

  async durable(): Promise<boolean> {
    return false
  }

  #check(): void {
    if (this.#broken) throw new Error('the pipe broke')
  }
}

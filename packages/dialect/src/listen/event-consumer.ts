/** Who takes events out of a listener's buffer. */
export interface EventConsumer {
  /** Something may be there to take. Called from the frame loop, so no code of the user's runs in it. */
  serve(): void
  /** Nothing more will come. `failure`: why, to be told once. */
  end(failure: { readonly error: unknown } | null): void
}

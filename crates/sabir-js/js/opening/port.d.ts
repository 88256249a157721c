/** A way to another realm by messages of the platform: a Worker, or what somebody else has opened. */
export interface Port {
  /** @throws if a value cannot be cloned */
  post(message: object, transfer?: Transferable[]): void;
  /**
   * Hears the other realm from now on.
   * @param receive takes a message; true if nobody else is to see it
   * @param fail takes an error that nobody in the other realm has caught
   */
  listen(receive: (message: any) => boolean, fail: (event: ErrorEvent | Event) => void): void;
  /** Ends the other realm at once. */
  end(): void;
}

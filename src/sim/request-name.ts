interface ClientRequest {
  /** The number of the client's actor: another one after each reload. */
  readonly client: number;
  readonly requestId: number;
}

/** One name for each request that was ever sent. */
export const requestName = ({ client, requestId }: ClientRequest): string => `${client} ${requestId}`;
